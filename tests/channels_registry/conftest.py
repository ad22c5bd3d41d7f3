from tests.channels_registry.closures import journey, tove  # noqa: F401  (fixtures)
from tests.postbox import letterbox  # noqa: F401  (fixture)
