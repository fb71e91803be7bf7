"""The live page: what the worker does now, its latest articles, and a box to try a text in.

Served by the worker's own web server. It reads: nothing here changes a topic, an offset or a setting. All text of
articles leaves as JSON and is put into the page as text by `page.js`, never as markup.
"""

from workers.page.recent import Recent
from workers.page.routes import MAX_TRY_BYTES, Source, add_routes

__all__ = ["MAX_TRY_BYTES", "Recent", "Source", "add_routes"]
