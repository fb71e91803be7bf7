# What the scripts that run programs of the JVM share; sourced, not run.

fail() {
  printf 'error: %s\n' "$1" >&2
  exit 1
}

# Prints the java to run, 17 or newer: that of JAVA_HOME, or of the PATH.
java_command() {
  local java=java
  [ -n "${JAVA_HOME:-}" ] && java=$JAVA_HOME/bin/java
  command -v "$java" >/dev/null || fail "no Java: install a JDK or JRE, 17 or newer (Debian: apt install default-jre-headless)"
  local version
  version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9]*\).*/\1/p' | head -n 1)
  [ "${version:-0}" -ge 17 ] || fail "Apache Kafka 4 needs Java 17 or newer; $java is version ${version:-unknown}"
  printf '%s' "$java"
}

# libs_of NAME RECIPE: prints where the jars of a pom.xml belong. One copy a recipe: a changed one fetches anew.
libs_of() {
  printf '%s/.cache/%s-libs/%s' "$project" "$1" "$(cksum "$2" | cut -d' ' -f1)"
}

# fetch_libs WHAT RECIPE FOLDER: the jars of a pom.xml by Maven, unless they are there.
fetch_libs() {
  local what=$1 recipe=$2 libs=$3
  [ -f "$libs/.complete" ] && return
  command -v mvn >/dev/null || fail "no Maven: install it to fetch $what (Debian: apt install maven)"
  printf 'fetching %s with Maven …\n' "$what" >&2
  rm -rf "$libs"
  mkdir -p "$libs"
  mvn --batch-mode --quiet -Dstyle.color=never --file "$recipe" dependency:copy-dependencies \
    -DincludeScope=runtime -DoutputDirectory="$libs" </dev/null >&2
  touch "$libs/.complete"
}
