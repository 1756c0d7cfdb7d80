"""Tables from files, and what is said of files that are broken."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nyuron.core import ArgumentError, DataError, FileFormatError, UnknownNameError
from nyuron.data import read
from nyuron.data._csv import find_delimiter, parse_csv

TEXT = "키,무게,이름\n1.5,2,가\n2.5,4,나\n"


def write(folder: Path, content: str | bytes, name: str = "table.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


@pytest.mark.parametrize(
    "encoding, found",
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp949", "cp949"),
        ("euc-kr", "cp949"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str, found: str) -> None:
    table = read(write(tmp_path, TEXT.encode(encoding)))
    assert (table.encoding, table.names, table.rows) == (found, ("키", "무게", "이름"), 2)
    assert table["이름"].tolist() == ["가", "나"]
    np.testing.assert_array_equal(table.numbers(["키", "무게"]), [[1.5, 2], [2.5, 4]])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_mark_is_found(tmp_path: Path, encoding: str) -> None:
    assert read(write(tmp_path, "height,weight\n1,2\n".encode(encoding))).encoding == encoding


def test_western_text_is_a_noted_guess(tmp_path: Path) -> None:
    table = read(write(tmp_path, "größe,name\n1,José\n".encode("cp1252")))
    assert table.names == ("größe", "name") and "guess" in table.notes[0]


def test_an_encoding_may_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, TEXT.encode("cp949"))
    assert read(path, encoding="cp949").names[0] == "키"
    with pytest.raises(FileFormatError, match=r"line 1: the file is not in utf-8\n(.|\n)*leave encoding= out"):
        read(path, encoding="utf-8")
    with pytest.raises(ArgumentError, match="knows no encoding 'utf8000'"):
        read(path, encoding="utf8000")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(tmp_path: Path, delimiter: str, newline: str) -> None:
    rows = [["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]]
    table = read(write(tmp_path, newline.join(delimiter.join(row) for row in rows) + newline))
    assert table.delimiter == delimiter
    np.testing.assert_array_equal(table.numbers(), [[1, 2, 3], [4, 5, 6]])


def test_commas_inside_quotes_do_not_count() -> None:
    assert find_delimiter('name;note\n"a";"x, y, z"\n"b";"p, q, r"\n') == ";"


def test_decimal_commas(tmp_path: Path) -> None:
    table = read(write(tmp_path, "a;b\n1,5;2\n-2,25;3\n"))
    np.testing.assert_array_equal(table.numbers(), [[1.5, 2], [-2.25, 3]])
    assert any("decimal comma" in note for note in table.notes)


def test_a_file_without_header(tmp_path: Path) -> None:
    table = read(write(tmp_path, "1,2\n3,4\n"))
    assert table.names == ("column_1", "column_2") and table.rows == 2
    assert "only numbers" in table.notes[0]
    assert read(write(tmp_path, "1,2\n3,4\n"), header=True).names == ("1", "2")


def test_gzip_and_parquet_are_known_by_content(tmp_path: Path) -> None:
    assert read(write(tmp_path, gzip.compress(TEXT.encode()), "table.csv")).rows == 2
    parquet.write_table(pa.table({"a": [1, 2, None], "b": ["x", "y", "z"]}), tmp_path / "t.csv")
    table = read(tmp_path / "t.csv")
    assert [(c.name, c.kind, c.missing) for c in table.columns] == [("a", "numeric", 1), ("b", "text", 0)]


def test_columns_are_described(tmp_path: Path) -> None:
    text = "n,t,d,e,k,b\n1,x,2020-01-01,,7,true\n,NA,2020-01-02,NA,7,false\n3,y,2020-01-03,,7,true\n"
    table = read(write(tmp_path, text))
    kinds = {c.name: (c.kind, c.missing, c.distinct) for c in table.columns}
    assert kinds == {
        "n": ("numeric", 1, 2),
        "t": ("text", 1, 2),
        "d": ("date", 0, 3),
        "e": ("empty", 3, 0),
        "k": ("numeric", 0, 1),
        "b": ("numeric", 0, 2),
    }
    n = table.column("n")
    assert (n.minimum, n.maximum, n.mean, n.is_constant, table.column("k").is_constant) == (1, 3, 2, False, True)
    assert np.isnan(table["n"][1]) and table["t"].tolist() == ["x", None, "y"]
    assert any("same value in every row" in note and "k" in note for note in table.notes)
    assert any("Without any value: e" in note for note in table.notes)
    assert table.head(1)[0]["n"] == 1 and len(table) == 3 and "3 rows, 6 columns" in repr(table)


def test_a_column_is_judged_by_all_of_its_rows(tmp_path: Path) -> None:
    late = "a,b\n" + "1,2\n" * 400_000 + "1.5,x\n"
    table = read(write(tmp_path, late))
    assert table.column("a").kind == "numeric" and table.column("b").kind == "text"


@given(
    st.lists(
        st.tuples(st.floats(-1e6, 1e6), st.integers(-(10**6), 10**6), st.sampled_from([",", "\n", '"', "가", " "])),
        min_size=1,
        max_size=8,
    )
)
def test_what_was_written_is_read(rows: list[tuple[float, int, str]]) -> None:
    text = "x,n,t\n" + "".join(f'{x!r},{n},"t{t.replace(chr(34), chr(34) * 2)}"\n' for x, n, t in rows)
    table = parse_csv(text, Path("table.csv")).table
    assert table["x"].to_pylist() == [x for x, _, _ in rows]
    assert table["n"].to_pylist() == [n for _, n, _ in rows]
    assert table["t"].to_pylist() == [f"t{t}" for _, _, t in rows]


# Broken files.


def test_a_missing_file_suggests_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, TEXT, "houses.csv")
    with pytest.raises(DataError, match=r"there is no such file\n(.|\n)*did you mean '.*houses\.csv'"):
        read(tmp_path / "house.csv")
    with pytest.raises(DataError, match="its folder does not exist"):
        read(tmp_path / "no" / "houses.csv")


def test_a_folder_names_what_it_holds(tmp_path: Path) -> None:
    write(tmp_path, TEXT, "houses.csv")
    with pytest.raises(DataError, match=r"a folder, not a file\n(.|\n)*holds houses\.csv"):
        read(tmp_path)


@pytest.mark.parametrize("content", ["", "\n\n \n".replace(" ", "")])
def test_an_empty_file(tmp_path: Path, content: str) -> None:
    with pytest.raises(DataError, match="the file is empty"):
        read(write(tmp_path, content))


def test_a_header_without_rows(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is a header, but there are no rows"):
        read(write(tmp_path, "a,b\n"))


@pytest.mark.parametrize("line, cells", [("1,2,3", 3), ("1", 1)])
def test_ragged_rows_name_the_line(tmp_path: Path, line: str, cells: int) -> None:
    text = f'a,b\n"1\n1",2\n\n3,4\n{line}\n5,6\n{line}\n'
    with pytest.raises(DataError, match=rf"line 6: {cells} cells? where the first row has 2 \(and 1 more"):
        read(write(tmp_path, text))


@pytest.mark.parametrize(
    "content, said",
    [
        (bytes(range(256)) * 40, "binary data"),
        (b"PK\x03\x04" + b"x" * 100, "zip archive"),
        (b"\x80\x04\x95" + b"x" * 100, "pickle"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * 100, "PNG"),
        (b"\x93NUMPY\x01\x00", "NumPy array"),
        (b"<!DOCTYPE html><html>", "HTML"),
        (b'{"a": 1}', "JSON"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(FileFormatError, match=said):
        read(write(tmp_path, content))


def test_damaged_gzip_and_parquet(tmp_path: Path) -> None:
    with pytest.raises(FileFormatError, match="compressed file is damaged"):
        read(write(tmp_path, gzip.compress(TEXT.encode() * 99)[:-20]))
    with pytest.raises(FileFormatError, match="Parquet file is damaged"):
        read(write(tmp_path, b"PAR1" + b"x" * 50))


def test_names_that_occur_twice(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the column name 'a' occurs twice"):
        read(write(tmp_path, "a,b,a\n1,2,3\n"))


def test_a_wrong_column_name_suggests_the_nearest(tmp_path: Path) -> None:
    table = read(write(tmp_path, "height,weight\n1,2\n"))
    with pytest.raises(UnknownNameError, match=r"no column 'hieght'\n(.|\n)*did you mean 'height'"):
        table.numbers(["hieght"])


def test_text_among_numbers_names_line_column_and_value(tmp_path: Path) -> None:
    table = read(write(tmp_path, "a,b\n1,2\n\n3,4\n5,about 6\n7,8\n"))
    with pytest.raises(DataError, match=r"line 5, column 'b': (.|\n)*1 of its cells hold text\n(.|\n)*'about 6'"):
        table.numbers()


def test_text_columns_are_listed(tmp_path: Path) -> None:
    table = read(write(tmp_path, "a,b,c\n1,x,p\n2,y,q\n"))
    with pytest.raises(DataError, match=r"line 2, column 'b': 2 columns hold no numbers: 'b' \(text\), 'c' \(text\)"):
        table.numbers()


def test_missing_values_are_counted(tmp_path: Path) -> None:
    table = read(write(tmp_path, "a,b,c\n1,2,3\n4,,6\n7,,\n8,9,1\n"))
    with pytest.raises(
        DataError, match=r"line 3, column 'b': 3 values are missing, in 2 of 4 rows\n(.|\n)*'b': 2, 'c': 1"
    ):
        table.numbers()
    assert table.complete_rows().tolist() == [0, 3]
    kept = table.take(np.array([3, 0]))
    np.testing.assert_array_equal(kept.numbers(), [[8, 9, 1], [1, 2, 3]])
    assert kept.line_of is not None and kept.line_of(0) == 5


def test_real_files(shared_data: Path) -> None:
    weather = read(shared_data / "weather_cp949.csv")
    assert (weather.encoding, weather.rows, weather.names[0]) == ("cp949", 3653, "일시")
    assert [c.kind for c in weather.columns] == ["date", "numeric", "numeric", "numeric"]
    houses = read(shared_data / "ames_housing.csv")
    assert (houses.rows, len(houses.columns), houses.names[-1]) == (2930, 82, "SalePrice")
    with pytest.raises(DataError, match="43 columns hold no numbers"):
        houses.numbers()
    assert read(shared_data / "nonlinear.csv").numbers().shape == (1000, 2)
