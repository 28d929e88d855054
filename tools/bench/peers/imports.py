"""How long Python takes until torch and timm can be used; the process does nothing else."""

import torchvision_operators  # noqa: F401
import timm  # noqa: F401
