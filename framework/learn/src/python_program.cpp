#include "python_program.h"

#include <algorithm>

namespace assay {
namespace {

/// The layers of the built-in head, which a chain of torch layers is; other heads are their authors' business.
constexpr const char* kChainHead = "fully_connected";

bool by_timm(const TrainedModel& model, const ExportedFacts& facts) {
  return facts.names.project == "timm" && model.experiment.head.plugin == kChainHead;
}

bool crops_foreground(const TrainedModel& model) {
  const auto& crop = model.experiment.preprocessing.crop;
  return crop && crop->foreground.value_or(false);
}

std::string imports(const TrainedModel& model, const ExportedFacts& facts) {
  std::string text = "import json\nimport math\nimport sys\n\nimport numpy\n";
  if (crops_foreground(model)) text += "import scipy.ndimage\n";
  if (by_timm(model, facts)) text += "import timm\n";
  text += "import torch\nfrom PIL import Image, ImageOps\n";
  if (by_timm(model, facts)) text += "from safetensors.torch import load_file\n";
  return text;
}

constexpr const char* kMask = R"(
def hide_masked_parts(image):
    pixels = numpy.array(image)
    height, width = pixels.shape[:2]
    median = numpy.percentile(pixels, 50, axis=(0, 1), method="inverted_cdf").astype(numpy.uint8)
    for part in steps["mask"]:
        rows = slice(math.floor(part["top"] * height), math.ceil(part["bottom"] * height))
        columns = slice(math.floor(part["left"] * width), math.ceil(part["right"] * width))
        pixels[rows, columns] = median
    return Image.fromarray(pixels)

)";

constexpr const char* kSquare = R"(
def square_inside(image, center, side):
    box = []
    for middle, length in zip(center, image.size):
        kept = min(side, length)
        first = min(max(middle - kept / 2, 0), length - kept)
        box.append((first, first + kept))
    (left, right), (top, bottom) = box
    return left, top, right, bottom

)";

constexpr const char* kForeground = R"(
def foreground(image):  # left, top, right, bottom of the largest region that differs from the border
    pixels = numpy.array(image)
    border = numpy.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    background = numpy.percentile(border, 50, axis=0, method="inverted_cdf")
    regions, count = scipy.ndimage.label(numpy.abs(pixels - background).max(2) > 16, numpy.ones((3, 3)))
    if count == 0:
        return 0, 0, *image.size
    largest = numpy.bincount(regions.ravel())[1:].argmax() + 1
    rows, columns = scipy.ndimage.find_objects(regions)[largest - 1]
    return columns.start, rows.start, columns.stop, rows.stop

)";

/// What `crop` does, as the body's lines that set box.
std::string crop_lines(const TrainedModel& model) {
  const auto& crop = model.experiment.preprocessing.crop;
  if (!crop) return "    box = (0, 0, *image.size)\n";
  if (crop->center) {
    return "    center = (image.width / 2, image.height / 2)\n"
           "    box = square_inside(image, center, steps[\"crop\"][\"center\"])\n";
  }
  const std::string side = crop->keep_scale ? "    side = steps[\"crop\"][\"side\"]\n"
                                            : "    side = max(right - left, bottom - top) * (1 + 2 * "
                                              "steps[\"crop\"][\"margin\"])\n";
  return "    left, top, right, bottom = foreground(image)\n" + side +
         "    box = square_inside(image, ((left + right) / 2, (top + bottom) / 2), side)\n";
}

constexpr const char* kResize = R"(
# In floating point: Pillow's usual resize rounds to 8 bits, which moves the answer for some pictures visibly.
def resized(channel, box):
    def part(image, size, box):
        resampling = Image.Resampling[steps["interpolation"].upper()]
        return Image.fromarray(numpy.clip(image.resize(size, resampling, box), 0, 255))

    (left, top, right, bottom), size = box, steps["size"]
    narrow = part(channel.convert("F"), (size, channel.height), (left, 0, right, channel.height))
    return numpy.asarray(part(narrow, (size, size), (0, top, size, bottom)))

)";

/// As Assay decodes: it refuses CMYK, and rounds 16 bits to 8 as png_set_scale_16 of libpng does.
constexpr const char* kRgb = R"(
def rgb(path):
    image = Image.open(path)
    if image.mode in ("CMYK", "LAB", "F"):
        sys.exit(f"{path} is of mode {image.mode}, whose colours need a conversion of their own; save it as RGB")
    grey = image.mode.startswith("I")
    if ";16" in str(image.tile) and not grey:
        sys.exit(f"{path} has colours of 16 bits, which Pillow cuts off; save it with 8 bits")
    image = ImageOps.exif_transpose(image)
    if grey:  # of 16 bits, which Pillow's own conversion would take for 8
        levels = numpy.asarray(image).astype(numpy.int64)
        if levels.min() < 0 or levels.max() > 65535:
            sys.exit(f"{path} has more than 16 bits; save it with 8 bits")
        image = Image.fromarray((levels * 255 + 32895 >> 16).astype(numpy.uint8))
    return image.convert("RGB")

)";

std::string picture_function(const TrainedModel& model) {
  const bool masks = !model.experiment.dataset.mask.empty();
  return std::string(kRgb) + kResize +
         "\ndef picture(path):\n"
         "    image = rgb(path)\n" +
         (masks ? "    image = hide_masked_parts(image)\n" : "") + crop_lines(model) +
         "    pixels = numpy.stack([resized(channel, box) for channel in image.split()], axis=2)\n"
         "    pixels = (pixels / 255 - steps[\"mean\"]) / steps[\"std\"]\n"
         "    return torch.from_numpy(pixels.astype(numpy.float32)).permute(2, 0, 1)[None]\n\n";
}

/// The layers' names are those of head.safetensors: hidden0, hidden1, ..., output.
std::string model_by_timm(const ExportedFacts& facts) {
  return "backbone = timm.create_model(\"" + facts.names.network +
         "\", num_classes=0).eval()\n"
         "backbone.load_state_dict(load_file(\"backbone.safetensors\"))\n"
         "head = load_file(\"head.safetensors\")\n"
         "layers = sorted({name.rsplit(\".\", 1)[0] for name in head} - {\"output\"}, key=lambda n: int(n[6:])) + "
         "[\"output\"]\n\n"
         "\ndef probabilities(images):\n"
         "    x = backbone(images)\n"
         "    for layer in layers:\n"
         "        x = torch.nn.functional.linear(x, head[layer + \".weight\"], head[layer + \".bias\"])\n"
         "        x = x if layer == \"output\" else x.relu()\n"
         "    return x.sigmoid() if model[\"outputs\"] == 1 else x.softmax(1)\n\n";
}

constexpr const char* kByTorchScript = R"(network = torch.jit.load("model.pt")


def probabilities(images):
    return network(images)

)";

constexpr const char* kMain = R"(
for path in sys.argv[1:]:
    with torch.inference_mode():
        p = probabilities(picture(path))[0].tolist()
    if model["outputs"] == 1:
        other = next(name for name in model["classes"] if name != model["positive"])
        answer = model["positive"] if p[0] >= model["threshold"] else other
    else:
        answer = model["classes"][max(range(len(p)), key=p.__getitem__)]
    print(answer, *p, path)
)";

}  // namespace

bool has_python_program(const TrainedModel& model, const ExportedFacts& facts) {
  return by_timm(model, facts) || facts.has("model.pt");
}

std::string python_program(const TrainedModel& model, const ExportedFacts& facts) {
  std::string text = imports(model, facts);
  text += "\nmodel = json.load(open(\"model.json\"))\nsteps = model[\"preprocessing\"]\n";
  text += by_timm(model, facts) ? model_by_timm(facts) : std::string(kByTorchScript);
  if (!model.experiment.dataset.mask.empty()) text += kMask;
  if (model.experiment.preprocessing.crop) text += kSquare;
  if (crops_foreground(model)) text += kForeground;
  return text + picture_function(model) + kMain;
}

std::string python_requirements(const TrainedModel& model, const ExportedFacts& facts) {
  return std::string("torch ") + (by_timm(model, facts) ? "timm safetensors " : "") + "numpy pillow" +
         (crops_foreground(model) ? " scipy" : "");
}

}  // namespace assay
