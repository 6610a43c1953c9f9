"""A folder of files from any vendor or department: CSV, JSON lines and workbooks, plain or packed, by a mapping."""

from connectors import Connector, Stream
from connectors.csv_folder.check import check
from connectors.csv_folder.fetch import fetch_files, fetch_lists
from connectors.csv_folder.rows import Row, normalise_row
from connectors.csv_folder.settings import CsvFolderSettings

connector = Connector(
    name="csv_folder",
    title="Files",
    settings=CsvFolderSettings,
    streams=(
        Stream(
            "files",
            fetch_files,
            Row,
            normalise_row,
            feeds="calls, tickets, surveys, costs, shifts, quality reviews and whatever else files tell",
            is_bounded=False,
        ),
        Stream(
            "lists",
            fetch_lists,
            Row,
            normalise_row,
            mode="snapshot",
            feeds="lists that are kept whole",
            is_bounded=False,
        ),
    ),
    check=check,
    requests_per_1000=0,
    refers_elsewhere=True,
)
