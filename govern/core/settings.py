"""Every setting: name, type, default, and what it is for.

A setting `queue_workers` is read from `GOVERN_QUEUE_WORKERS`; the README's table of settings is made from this file, and a
test compares the two. A wrong value stops the start with a sentence that names the setting.
"""

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from connectors import addresses
from govern.core.errors import WrongSetting
from govern.core.wording import Wording


class Settings(BaseSettings):
    """What an installation may choose. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="GOVERN_", extra="ignore", frozen=True)

    data_dir: Path = Field(
        default=Path("var"), description="Folder for keys, the embedded database and queue, and copies."
    )
    host: str = Field(default="127.0.0.1", description="Address the console listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port the console listens on.")
    database_url: str = Field(
        default="", description="PostgreSQL address of the ordinary role; empty: SQLite in the data folder."
    )
    database_url_sequencer: str = Field(
        default="", description="Address of the sequencer's role; empty: the ordinary one."
    )
    database_url_owner: str = Field(
        default="", description="Address of the role that migrates; empty: the ordinary one."
    )
    redis_url: str = Field(default="", description="Redis or Valkey of the queue; empty: the embedded one.")
    answers_url: str = Field(
        default="", description="Redis or Valkey of the answers, without persistence; empty: the embedded one."
    )
    public_url: str = Field(default="", description="Address people reach the console by; empty: http://host:port.")
    public_register: bool = Field(
        default=True, description="The register of case items in force is open to everybody at /register."
    )
    secure_cookies: bool = Field(
        default=False, description="The console stands behind TLS: __Host- and Secure cookies, HSTS."
    )
    demonstration: bool = Field(
        default=True, description="Simulated agencies and invented people, and every page says so; off in production."
    )
    styleguide: bool = Field(
        default=False,
        description="Every piece of the console with its states at /styleguide, for development; a demonstration's alone.",
    )
    workers: int = Field(
        default=3,
        ge=1,
        le=1000,
        description="Worker processes that `make run` starts; a source is given all of them but one at a time.",
    )
    web_threads: int = Field(default=16, ge=2, le=256, description="Threads of the console's web server.")
    worker_memory_mb: int = Field(
        default=512, ge=128, description="Memory at which a worker's child is killed and replaced."
    )
    answer_life_s: int = Field(default=900, ge=5, description="Life of an answer after it came.")
    session_life_s: int = Field(default=28_800, ge=60, description="Longest life of a log-in session.")
    session_idle_s: int = Field(default=900, ge=30, description="Idle time after which a log-in session ends.")
    reveal_s: int = Field(default=60, ge=5, description="Time after which a revealed value masks itself again.")
    source_deadline_s: float = Field(
        default=30.0, gt=0, description="Deadline of a source that states none of its own."
    )
    lease_s: int = Field(default=60, ge=5, description="Life of a work row's lease beyond the deadline of its call.")
    reconcile_every_s: float = Field(
        default=5.0, gt=0, description="How often due work that nobody took is offered again."
    )
    unnumbered_limit_s: float = Field(
        default=10.0, gt=0, description="Age of the oldest unnumbered entry at which look-ups stop."
    )
    sequence_every_s: float = Field(
        default=1.0, gt=0, description="How often the sequencer numbers what was committed."
    )
    checkpoint_every_s: float = Field(default=60.0, gt=0, description="Longest time between two signed checkpoints.")
    checkpoint_every_entries: int = Field(
        default=100, ge=1, description="Entries after which a checkpoint is signed at once."
    )
    log_origin: str = Field(
        default="govern.ntpc.example/log", description="Origin line of the log's checkpoints (C2SP)."
    )
    time_stamp_url: str = Field(default="", description="RFC 3161 service; empty: the local one.")
    source_addresses: str = Field(
        default="", description="Hosts and networks that sources may be reached at, comma-separated; empty: loopback."
    )
    retention_years: int = Field(default=5, description="Retention of look-ups whose case item states none.")
    quota_per_day: int | None = Field(
        default=None, ge=1, description="Subjects an agency may ask of a data owner a day; none: no limit."
    )
    sign_on_failures: int = Field(default=5, ge=1, description="Failed log-ins after which an account is locked.")
    sign_on_lock_s: int = Field(default=900, ge=1, description="How long a locked account stays locked.")
    batch_portion: int = Field(default=100, ge=1, le=1000, description="Rows of a file in one portion.")
    answer_days: int = Field(
        default=7,
        ge=1,
        le=90,
        description="Days that a clerk has for answering an auditor's question, unless it says others.",
    )

    @field_validator("database_url", "database_url_sequencer", "database_url_owner")
    @classmethod
    def _database_is_known(cls, value: str) -> str:
        return _begins(value, "postgresql://", "postgresql+psycopg://", "sqlite:///")

    @field_validator("redis_url", "answers_url")
    @classmethod
    def _redis_is_known(cls, value: str) -> str:
        return _begins(value, "redis://", "rediss://", "unix://")

    @field_validator("public_url", "time_stamp_url")
    @classmethod
    def _address_is_of_the_web(cls, value: str) -> str:
        return _begins(value, "http://", "https://")

    @field_validator("log_origin")
    @classmethod
    def _origin_is_a_name(cls, value: str) -> str:
        if not value or "+" in value or any(letter.isspace() for letter in value):
            raise ValueError("must be a name without spaces or a plus")
        return value

    @field_validator("source_addresses")
    @classmethod
    def _sources_can_be_read(cls, value: str) -> str:
        addresses.parse(value)
        return value

    @property
    def folder(self) -> Path:
        """The data folder, absolute."""
        return self.data_dir.resolve()

    def database_address(self, role: str = "") -> str:
        """SQLAlchemy's address of the database for a role: empty, `sequencer` or `owner`."""
        value: str = (getattr(self, f"database_url_{role}") if role else "") or self.database_url
        if not value:
            return f"sqlite:///{self.folder / 'govern.sqlite3'}"
        return value.replace("postgresql://", "postgresql+psycopg://", 1)

    @property
    def console_url(self) -> str:
        """Where people reach the console, without a slash at the end."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")


def _begins(value: str, *schemes: str) -> str:
    """The value, if it is empty or begins as one of these addresses do; it is never repeated, since it may hold a password."""
    if value and not value.startswith(schemes):
        raise ValueError(f"must begin with {' or '.join(schemes)}")
    return value


def load_settings(**given: Any) -> Settings:
    """The settings of the environment, overridden by `given`; `WrongSetting` names the first wrong one."""
    try:
        return Settings(**given)
    except ValidationError as wrong:
        first = wrong.errors()[0]
        name = (
            "GOVERN_" + "_".join(str(part) for part in first["loc"]).upper() if first["loc"] else "GOVERN_DATABASE_URL"
        )
        name = name.replace("GOVERN_GOVERN_", "GOVERN_")
        raise WrongSetting(
            Wording(
                f"設定 {name} 的值不能使用：{first['msg']}。",
                f"The setting {name} has a value that cannot be used: {first['msg']}.",
            )
        ) from None
