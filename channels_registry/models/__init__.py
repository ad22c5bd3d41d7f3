from channels_registry.models.cases import Dormancy, Opening
from channels_registry.models.channels import (
    ActivityProof,
    Channel,
    HandleHistory,
    LookOver,
    NamedEditor,
    Platform,
)
from channels_registry.models.closures import (
    Closure,
    Consultation,
    Decision,
    Deputyship,
    FollowerNotice,
    Role,
)
from channels_registry.models.endings import (
    ArchiveDecision,
    ArchiveItem,
    ArchivePackage,
    DeregistrationOrder,
    PlatformClosure,
    Upload,
)

__all__ = [
    "ActivityProof",
    "ArchiveDecision",
    "ArchiveItem",
    "ArchivePackage",
    "Channel",
    "Closure",
    "Consultation",
    "Decision",
    "Deputyship",
    "DeregistrationOrder",
    "Dormancy",
    "FollowerNotice",
    "HandleHistory",
    "LookOver",
    "NamedEditor",
    "Opening",
    "Platform",
    "PlatformClosure",
    "Role",
    "Upload",
]
