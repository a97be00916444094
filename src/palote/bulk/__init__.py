"""Reading pictures by the million into a folder of files, on one machine or on many.

Where to find what::

    job.py        the whole of it: lists the pictures, reads what is missing, counts
    sources.py    folders, patterns, tables and URLs -> a list of pictures
    tables.py     Parquet tables of pictures or of their paths
    place.py      folders and URLs (S3-compatible, GCS, whatever fsspec knows) as one
    opening.py    from an entry of the list to its picture
    rows.py       an answer as a row; rows as Parquet, CSV or JSON lines
    current.py    the network as it is now, and which version that is

A job writes its list of pictures first, cut into parts of some thousand, and then one file
of results for each part, whole or not at all. So it can be stopped at any moment and goes on
where it was; and whichever machine reads a part, and however often, the same file comes out.
`palote.distributed` gives the parts to a cluster. Only here is PyArrow used, and only for
Parquet and URLs.
"""
