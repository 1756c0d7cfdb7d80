"""Where a search's trials are kept: memory, a journal, a data base, or a storage of Optuna's that somebody made."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nyuron.core import ArgumentError, DataError, FileFormatError, MissingPackageError, StateError

JOURNAL = "study.journal"


class TrialStorage:
    """An Optuna storage that is open: with `together`, several changes of a journal are written at once.

    Raises: StateError if another process has the journal, FileFormatError if it is damaged, DataError, ArgumentError.
    """

    def __init__(self, storage: Any = None, folder: str | os.PathLike[str] | None = None) -> None:
        self._backend: Any = None
        self._owner: Any = None
        try:
            self.optuna = self._open(storage, folder)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def together(self) -> Iterator[None]:
        """Changes within the block are written at its end, in one piece where the storage is a journal."""
        if self._backend is None:
            yield
        else:
            with self._backend.together():
                yield

    def close(self) -> None:
        """Let other processes have it."""
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def _open(self, storage: Any, folder: str | os.PathLike[str] | None) -> Any:
        from optuna.storages import BaseStorage, InMemoryStorage

        if isinstance(storage, BaseStorage):
            return storage
        if storage is None:
            return InMemoryStorage() if folder is None else self._journal(Path(folder) / JOURNAL)
        if storage == "memory":
            return InMemoryStorage()
        if isinstance(storage, str) and "://" in storage:
            return _data_base(storage)
        if isinstance(storage, str | os.PathLike) and Path(storage).suffix == ".journal":
            return self._journal(Path(storage))
        raise ArgumentError(
            "not a storage",
            who="storage",
            expected="None, 'memory', a path that ends in .journal, 'sqlite:///file.db', 'postgresql://…', an Optuna storage",
            got=repr(storage),
            fix=f"'sqlite:///{storage}'"
            if str(storage).endswith((".db", ".sqlite", ".sqlite3"))
            else "'search.journal'",
        )

    def _journal(self, path: Path) -> Any:
        from optuna.storages import JournalStorage

        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._owner = _own(path)
            _unlock(path)
            mend_journal(path)
            self._backend = _journal_backend(path)
        except OSError as error:
            raise DataError(
                "the journal cannot be written",
                who=str(path),
                got=error,
                fix=f"a path that you may write, such as 'search.journal' in {Path.cwd()}",
            ) from error
        return JournalStorage(self._backend)


def mend_journal(path: Path) -> None:
    """Cut off a last line that a killed process left unfinished.

    Raises: FileFormatError if a line before it is damaged.
    """
    if not path.exists():
        return
    whole, broken = 0, None
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not (line.endswith(b"\n") and _is_json(line)):
                broken = broken or number
            elif broken is not None:
                raise FileFormatError(
                    f"line {broken} of the journal is damaged",
                    who=str(path),
                    expected="an entry of JSON a line",
                    fix="restore the file, or delete that line: what it says is lost",
                )
            else:
                whole += len(line)
    if broken is not None:
        with path.open("r+b") as file:
            file.truncate(whole)
            os.fsync(file.fileno())


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


def _own(path: Path) -> Any:
    """An open file that only one process has locked; the lock goes with the process, however it ends."""
    try:
        import fcntl
    except ImportError:  # Windows has other locks; there it is up to the user
        return None
    file = path.with_name(f".{path.name}.owner").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise StateError(
            "the search runs already",
            who=str(path),
            expected="no other process that has it open",
            got=f"process {holder}" if holder else "another process",
            fix="wait for it, or stop it",
        ) from None
    file.truncate(0)
    file.write(str(os.getpid()))
    file.flush()
    return file


def _unlock(path: Path) -> None:
    """Remove the lock that Optuna left when its process was killed while it wrote."""
    lock = Path(f"{path}.lock")
    if os.path.lexists(lock):
        time.sleep(0.2)  # a reader such as optuna-dashboard holds it for a moment only
        lock.unlink(missing_ok=True)


def _journal_backend(path: Path) -> Any:
    from optuna.storages.journal import JournalFileBackend

    class Backend(JournalFileBackend):
        """Optuna's, that can put off writing."""

        held: list[dict[str, Any]] | None = None

        def append_logs(self, logs: list[dict[str, Any]]) -> None:
            if self.held is None:
                super().append_logs(logs)
            else:
                self.held.extend(logs)

        @contextmanager
        def together(self) -> Iterator[None]:
            self.held = []
            try:
                yield
            finally:
                held, self.held = self.held, None
                if held:
                    super().append_logs(held)

    return Backend(str(path))


_DRIVERS = {"psycopg": "psycopg[binary]", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
"""What the packages are called that bring these modules."""


def _data_base(url: str) -> Any:
    from optuna.storages import get_storage

    kind = url.split(":", maxsplit=1)[0]
    try:
        return get_storage(url)
    except ImportError as error:
        # which driver is the usual one differs between SQLAlchemy's versions
        missing = getattr(error.__cause__ or error, "name", None)
        package = _DRIVERS.get(missing or "", missing)
        raise MissingPackageError(
            "the data base needs a package that is not installed",
            who=f"storage {kind}",
            expected=f"the package {missing}" if missing else None,
            got=error.__cause__ or error,
            fix=f"pip install '{package}', or use 'sqlite:///search.db'" if package else "use 'sqlite:///search.db'",
        ) from error
    except Exception as error:  # SQLAlchemy's many; the address may hold a password, so it is not repeated
        if isinstance(error, MemoryError | RecursionError):
            raise
        raise DataError(
            "the data base cannot be opened",
            who=f"storage {kind}",
            got=type(error).__name__,
            fix="make its folder first; 'sqlite:///search.db' is made in the present one"
            if kind == "sqlite"
            else "start the server, and log in with the same address; 'sqlite:///search.db' needs none",
        ) from error
