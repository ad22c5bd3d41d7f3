"""The whole house in a folder of its own: PostgreSQL, Redis, web, two workers, two beats; each may be killed."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CELERY = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
WORKER = [
    *CELERY,
    "worker",
    "--pool",
    "threads",
    "-c",
    "2",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
]
BEAT = [*CELERY, "beat"]
WEB = [sys.executable, "-m", "gunicorn", "--config", "deploy/gunicorn.py", "--log-level", "critical"]
POSTGRES_DIRECTORIES = "usr/lib/postgresql/*/bin"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(check: Callable[[], Any], seconds: float = 60) -> None:
    """This will wait until `check` is true. Raises TimeoutError."""
    ends = time.monotonic() + seconds
    while not check():
        if time.monotonic() > ends:
            raise TimeoutError(f"{check} did not become true in {seconds} s")
        time.sleep(0.2)


def postgres_program(name: str) -> str:
    found = sorted(Path("/").glob(f"{POSTGRES_DIRECTORIES}/{name}"))
    if not found:
        sys.exit(f"{name} was not found: install postgresql to run this.")
    return str(found[-1])


@dataclass
class House:
    """The processes, by name. What has ended is started again."""

    folder: Path
    web_processes: int = 2
    sweep_seconds: float = 1.0
    database_port: int = field(default_factory=free_port)
    broker_port: int = field(default_factory=free_port)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    closing: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.environment = {
            "SECRET_KEY": secrets.token_hex(32),
            "BASE_URL": self.address,
            "VAR_DIR": str(self.folder / "var"),
            "DATABASE_URL": f"postgres://postgres@127.0.0.1:{self.database_port}/postgres",
            "REDIS_URL": f"redis://127.0.0.1:{self.broker_port}/0",
            "EMAIL_URL": f"filemail:///{self.folder / 'letters'}",
            "STATIC_STORAGE": "django.contrib.staticfiles.storage.StaticFilesStorage",
            "SECOND_FACTOR_FOR": "",
            "SWEEP_SECONDS": str(self.sweep_seconds),
            "WEB_PROCESSES": str(self.web_processes),
            "LOG_LEVEL": "CRITICAL",
            "PYTHONWARNINGS": "ignore",
            "PROMETHEUS_MULTIPROC_DIR": str(self.folder / "metrics"),
        }
        (self.folder / "metrics").mkdir()

    def make_database(self) -> None:
        """This will make an empty cluster that only this machine reaches. Root cannot run it; then postgres does."""
        data = self.folder / "postgres"
        data.mkdir(mode=0o700)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
            shutil.chown(data, "postgres")
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"]
        make = [postgres_program("initdb"), "-D", str(data), *options]
        subprocess.run(self._as_postgres(make), check=True, stdout=subprocess.DEVNULL)

    def start(self, name: str) -> None:
        """This will start one process of the house."""
        kind = name.partition("-")[0]
        if kind == "database":
            options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
            said = [word for option in options for word in ("-c", option)]
            data = ["-D", str(self.folder / "postgres"), "-p", str(self.database_port)]
            command = self._as_postgres([postgres_program("postgres"), *data, *said])
        elif kind == "broker":
            (self.folder / "redis").mkdir(exist_ok=True)
            command = ["redis-server", "--port", str(self.broker_port), "--bind", "127.0.0.1", "--save", ""]
            command += ["--appendonly", "yes", "--dir", str(self.folder / "redis")]
        else:
            command = {"web": WEB, "worker": [*WORKER, "-n", f"{name}@%h"], "beat": BEAT}[kind]
        if kind == "web":
            command = ["sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"', *command]
        self.running[name] = subprocess.Popen(
            command,
            env=os.environ | self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            close_fds=kind != "web",
            preexec_fn=self._hand_over if kind == "web" else None,
        )

    def start_all(self) -> None:
        """This will start database and broker, lay out the tables, and start everything else."""
        self.make_database()
        self.start("database")
        self.start("broker")
        until(lambda: self._listens(self.database_port))
        until(lambda: self._listens(self.broker_port))
        time.sleep(1)

    def start_program(self) -> None:
        for name in ("web", "worker-1", "worker-2", "beat-1", "beat-2"):
            self.start(name)
        threading.Thread(target=self._keep_up, daemon=True).start()

    def _keep_up(self) -> None:
        """Start again whatever has ended, two seconds later, as systemd does."""
        while not self.closing.wait(2):
            for name, process in list(self.running.items()):
                if process.poll() is not None and not self.closing.is_set():
                    self.start(name)

    def kill(self, name: str) -> None:
        """This will end the process and all it has started, as a power cut would."""
        try:
            os.killpg(self.running[name].pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self.running[name].wait(10)

    def database_processes(self) -> list[int]:
        """PostgreSQL's own processes, each of which is a session leader of its own."""
        first = self.running["database"].pid
        said = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(first)], capture_output=True, text=True, check=False
        )
        return [first, *map(int, said.stdout.split())]

    def processor_seconds(self) -> dict[str, float]:
        """This will tell how long the processors have worked for each kind of process, those that ended included.

        Unlike times on the clock it says the same however much else the machine does.
        """
        taken: dict[str, float] = {}
        firsts = {process.pid: name.partition("-")[0] for name, process in self.running.items()}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                pid, rest = int(path.parent.name), path.read_text().rpartition(")")[2].split()
            except (OSError, ValueError):
                continue
            if kind := firsts.get(pid) or firsts.get(int(rest[1])):
                ticks = sum(map(int, rest[11:15] if pid in firsts else rest[11:13]))
                taken[kind] = taken.get(kind, 0) + ticks / os.sysconf("SC_CLK_TCK")
        return taken

    def requests_finished(self) -> int:
        """This will tell how many requests the web processes came to the end of, also when nobody waited any longer."""
        from prometheus_client import CollectorRegistry, multiprocess

        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, path=str(self.folder / "metrics"))
        found = [
            row
            for metric in registry.collect()
            if metric.name == "redaktionen_answers"
            for row in metric.samples
        ]
        return int(sum(row.value for row in found if row.name.endswith("_total")))

    def pause_database(self, seconds: float) -> None:
        """This will freeze PostgreSQL for a while: nothing is refused, and nothing answers."""
        held = self.database_processes()
        for pid in held:
            _signal(pid, signal.SIGSTOP)
        time.sleep(seconds)
        for pid in held:
            _signal(pid, signal.SIGCONT)

    def empty_broker(self) -> None:
        subprocess.run(
            ["redis-cli", "-p", str(self.broker_port), "FLUSHALL"],
            check=False,
            stdout=subprocess.DEVNULL,
            timeout=10,
        )

    def close(self) -> None:
        self.closing.set()
        time.sleep(0.5)
        for name in [name for name in self.running if name not in ("database", "broker")]:
            self.kill(name)
        for name, how in (("broker", signal.SIGTERM), ("database", signal.SIGINT)):
            if name in self.running:
                _signal(self.running[name].pid, how)
                self.running[name].wait(30)
        self.listener.close()

    def _as_postgres(self, command: list[str]) -> list[str]:
        if os.geteuid() != 0:
            return command
        return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]

    def _hand_over(self) -> None:
        os.dup2(self.listener.fileno(), 3)
        os.set_inheritable(3, True)

    def _listens(self, port: int) -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0


def _signal(pid: int, which: signal.Signals) -> None:
    try:
        os.kill(pid, which)
    except ProcessLookupError:
        return


@contextmanager
def open_house(**options: Any) -> Iterator[House]:
    """A house with tables and a cast, in a folder that is gone afterwards. Django of this process uses its database."""
    signal.signal(signal.SIGTERM, lambda *_seen: sys.exit(143))  # told to end, it takes its processes along
    folder = Path(tempfile.mkdtemp(prefix="redaktionen-proof-"))
    house = House(folder, **options)
    try:
        house.start_all()
        os.environ.update(house.environment)
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        import django
        from django.core.management import call_command

        django.setup()
        call_command("migrate", verbosity=0)
        house.start_program()
        yield house
    finally:
        house.close()
        shutil.rmtree(folder, ignore_errors=True)
