"""A head on cached features by Lightning's Trainer, with everything off that isn't training."""

import logging
import time
import warnings

import torchvision_operators  # noqa: F401
import lightning
import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, TensorDataset

from cached_head import arguments, make_head, make_optimizer, prepare, report


class Head(lightning.LightningModule):
    def __init__(self):
        super().__init__()
        self.head = make_head()
        self.ended = []

    def training_step(self, batch, _index):
        rows, labels = batch
        return binary_cross_entropy_with_logits(self.head(rows), labels)

    def validation_step(self, batch, _index):
        torch.sigmoid(self.head(batch[0]))

    def configure_optimizers(self):
        return make_optimizer(self.parameters())

    def on_train_epoch_start(self):
        self.ended.append(time.perf_counter())


if __name__ == "__main__":
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    options = arguments(__doc__).parse_args()
    features, labels, validation = prepare(options)
    trainer = lightning.Trainer(
        max_epochs=options.epochs + 1,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
    )
    head = Head()
    trainer.fit(
        head,
        DataLoader(TensorDataset(features[0], labels), options.batch_size, shuffle=True),
        DataLoader(TensorDataset(validation), options.validation),
    )
    head.ended.append(time.perf_counter())
    report(options, [after - before for before, after in zip(head.ended, head.ended[1:])])
