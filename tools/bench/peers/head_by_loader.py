"""A head on cached features, rows by a DataLoader over a TensorDataset."""

import time

import torch
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, TensorDataset

from cached_head import arguments, make_head, make_optimizer, prepare, report
from head_by_index import judge


def train_epoch(head, optimizer, loader):
    head.train()
    total = 0.0
    for rows, labels in loader:
        optimizer.zero_grad()
        loss = binary_cross_entropy_with_logits(head(rows), labels)
        loss.backward()
        optimizer.step()
        total += loss.item()
    return total


if __name__ == "__main__":
    options = arguments(__doc__).parse_args()
    features, labels, validation = prepare(options)
    loaders = [DataLoader(TensorDataset(view, labels), options.batch_size, shuffle=True) for view in features]
    head = make_head()
    optimizer = make_optimizer(head.parameters(), options.fused)
    seconds = []
    for epoch in range(options.epochs + 1):
        begun = time.perf_counter()
        train_epoch(head, optimizer, loaders[epoch % options.views])
        judge(head, validation)
        seconds.append(time.perf_counter() - begun)
    report(options, seconds)
