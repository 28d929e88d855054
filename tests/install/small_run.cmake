# An experiment of the installation, cut down to seconds.
set(small_run run "${prefix}/share/assay/experiments/effnet_crop.toml"
    --set training.epochs=2 --set pipeline.views=1 --set preprocessing.size=64
    --set dataset.demo.images=48 --set dataset.demo.patients=12 --set dataset.demo.size=64)
