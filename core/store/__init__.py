"""The SQLite store: tables declared once as data, migrations, the one writer, cursors, raw and rejected rows."""
