"""The machine: torch and its device, memory, disk, the data file, and a small speed test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from fmteach.doctor.check import FAIL, OK, WARN, Check, pip_install

_GB = 1e9


def torch_works() -> list[Check]:
    """Can torch be imported, and can it share arrays with NumPy?"""
    try:
        import torch
    except Exception as error:  # a broken install fails in many ways, OSError among them
        return [
            Check(
                "torch",
                FAIL,
                f"cannot be imported: {error}",
                pip_install("torch") + " --force-reinstall",
            )
        ]
    try:
        torch.from_numpy(torch.ones(2).numpy())
    except Exception as error:
        advice = f"These two builds do not fit. {pip_install('numpy>=2,<3')}"
        return [Check("torch with numpy", FAIL, str(error), advice)]
    return []


def device() -> list[Check]:
    import torch

    cores = os.cpu_count() or 1
    checks = [Check("Processor", OK, f"{cores} cores, torch uses {torch.get_num_threads()}")]
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            free, total = torch.cuda.mem_get_info(number)
            name = torch.cuda.get_device_name(number)
            value = f"{name}, {free / _GB:.1f} of {total / _GB:.1f} GB free"
            checks.append(Check(f"GPU cuda:{number}", OK, value))
    elif shutil.which("nvidia-smi"):
        advice = (
            "There is an NVIDIA driver here, but this torch does not use it. The course works "
            "without. For the GPU, install the CUDA build that PyTorch's install page names."
        )
        checks.append(Check("GPU", WARN, f"not usable by torch {torch.__version__}", advice))
    else:
        checks.append(Check("GPU", OK, "none; the course does not need one"))
    return checks


def memory() -> list[Check]:
    try:
        import psutil
    except ImportError:
        return []
    free = psutil.virtual_memory().available / _GB
    value = f"{free:.1f} GB free"
    if free >= 1.5:
        return [Check("Memory", OK, value)]
    status = WARN if free >= 0.7 else FAIL
    advice = "A notebook needs about 1 GB. Close other programs or shut down other kernels."
    return [Check("Memory", status, value, advice)]


def disk() -> list[Check]:
    free = shutil.disk_usage(Path.cwd()).free / _GB
    value = f"{free:.1f} GB free"
    if free >= 1:
        return [Check("Disk", OK, value)]
    advice = "Free some space: notebooks could not be saved on a full disk."
    return [Check("Disk", WARN if free >= 0.1 else FAIL, value, advice)]


def data_file() -> list[Check]:
    """The embedded films: present, and byte for byte the right ones."""
    from fmteach.datasets import embedded
    from fmteach.errors import DataFileError

    try:
        path = embedded.find()
        embedded.read(path)
    except DataFileError as error:
        return [Check("Film ratings", FAIL, "not usable", str(error))]
    return [Check("Film ratings", OK, f"complete, {path.stat().st_size / 1e6:.2f} MB")]


def network() -> list[Check]:
    offline = os.environ.get("FMTEACH_OFFLINE", "") not in ("", "0")
    value = "downloads are off (FMTEACH_OFFLINE is set)" if offline else "downloads only when asked"
    return [Check("Network", OK, value)]


def speed(seconds: float = 0.5) -> list[Check]:
    """Training steps on the films: a figure to compare machines with, not a pass mark."""
    from fmteach import datasets, training

    data = datasets.load("movielens", task="like")
    config = training.TrainConfig(batch_size=1024, epochs=1000, device="auto")
    trainer = training.Trainer(data, config)
    records = iter(trainer)
    first = [next(records) for _ in range(4)][-1]  # these steps also set things up
    last = next(record for record in records if record.seconds - first.seconds > seconds)
    rows = (last.samples - first.samples) / (last.seconds - first.seconds)
    value = f"{rows:,.0f} ratings a second (training with k = 16 on {trainer.device})"
    return [Check("Speed", OK, value)]
