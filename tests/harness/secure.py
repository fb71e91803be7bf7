"""Apache Kafka with the locks on: TLS by certificates made here, SASL users, and rights that can be taken and given."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.harness.brokers import Broker
from tests.harness.processes import ROOT, free_port, run

USER, PASSWORD = "worker", "correct-horse-battery"  # of a broker that lives for a test
READ, WRITE, DESCRIBE = 3, 4, 8  # AclOperation of Kafka
TOPIC, GROUP = 2, 3  # ResourceType
LITERAL, ALLOW = 3, 3  # PatternType, AclPermissionType


@dataclass(frozen=True)
class Keys:
    """Files of a certificate authority, and of a server and a client that it vouches for."""

    ca: Path
    server: Path
    client_certificate: Path
    client_key: Path


def make_keys(folder: Path) -> Keys:
    """Make an authority and certificates of a day for the server 127.0.0.1 and the client `worker`."""
    ca_key = ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Wiremill test CA", ca_key.public_key(), "Wiremill test CA", ca_key, is_ca=True)
    keys = Keys(folder / "ca.pem", folder / "server.pem", folder / "client.pem", folder / "client.key")
    keys.ca.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    for name, certificate_file, key_file in (
        ("127.0.0.1", keys.server, None),
        (USER, keys.client_certificate, keys.client_key),
    ):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(name, key.public_key(), "Wiremill test CA", ca_key)
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate_file.write_bytes(pem if key_file else private + pem)
        if key_file:
            key_file.write_bytes(private)
    return keys


def _certificate(
    name: str,
    public: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )
    if not is_ca:
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = builder.add_extension(names, critical=False)
    else:
        builder = builder.add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )  # fmt: skip
    return builder.sign(issuer_key, hashes.SHA256())


class SecureBroker(Broker):
    """Apache Kafka with an open listener for the tests and two locked ones for workers.

    `tls_port` asks for a client certificate, `sasl_port` for a user over TLS. The open listener may do everything; the
    user `worker`, however it came in, may do what `allow` gave it.
    """

    def __init__(self, folder: Path) -> None:
        self.keys = make_keys(folder)
        self.tls_port, self.sasl_port = free_port(), free_port()
        super().__init__("kafka", more=self._properties(self.keys))
        # Only now is known where the open listener is.
        more = self.folder / "more.properties"
        more.write_text(more.read_text().replace("@open@", str(self.port)).replace("@control@", str(self.port + 1)))

    def _properties(self, keys: Keys) -> str:
        jaas = "org.apache.kafka.common.security"
        clients = f"PLAINTEXT://127.0.0.1:@open@,TLS://127.0.0.1:{self.tls_port},SASL://127.0.0.1:{self.sasl_port}"
        return f"""
listeners={clients},CONTROLLER://127.0.0.1:@control@
advertised.listeners={clients}
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,TLS:SSL,SASL:SASL_SSL
ssl.keystore.type=PEM
ssl.keystore.location={keys.server}
ssl.truststore.type=PEM
ssl.truststore.location={keys.ca}
listener.name.tls.ssl.client.auth=required
ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/,DEFAULT
listener.name.sasl.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512
listener.name.sasl.plain.sasl.jaas.config={jaas}.plain.PlainLoginModule required user_{USER}="{PASSWORD}";
listener.name.sasl.scram-sha-512.sasl.jaas.config={jaas}.scram.ScramLoginModule required;
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
"""

    def add_scram_user(self) -> None:
        """Make the user known to SCRAM, with the broker's own tool."""
        words = ["--bootstrap-server", self.address, "--alter", "--entity-type", "users", "--entity-name", USER]
        done = run(
            ROOT / "scripts/kafka", "tool", "kafka.admin.ConfigCommand", *words,
            "--add-config", f"SCRAM-SHA-512=[password={PASSWORD}]",
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr

    async def allow(self, prefix: str, *, write: Iterable[str], read: Iterable[str] = ("raw", "clean")) -> None:
        """Give the worker the rights that the README names: to read, to write these topics, to share its group."""
        rights = [(TOPIC, f"{prefix}.{name}", right) for name in write for right in (WRITE, DESCRIBE)]
        rights += [(TOPIC, f"{prefix}.{name}", right) for name in read for right in (READ, DESCRIBE)]
        rights += [(GROUP, f"{prefix}-workers", right) for right in (READ, DESCRIBE)]
        await self._send([
            CreateAclsRequest(kind, name, LITERAL, f"User:{USER}", "*", right, ALLOW) for kind, name, right in rights
        ])  # fmt: skip

    async def forbid(self, topic: str, right: int = WRITE) -> None:
        """Take a right on a topic away."""
        await self._send([DeleteAclsRequest(TOPIC, topic, LITERAL, f"User:{USER}", "*", right, ALLOW)])

    async def _send(self, requests: list[CreateAclsRequest] | list[DeleteAclsRequest]) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.address)
        await admin.start()
        try:
            for request in requests:
                response = await admin._send_to_controller(request)  # aiokafka has no way to say it
                assert "error" not in str(response).lower() or "error_code=0" in str(response), response
        finally:
            await admin.close()
