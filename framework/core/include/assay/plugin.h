// What a plugin author includes beside the interface of the kind (data/augmentation.h, data/sampler.h,
// learn/backbone.h, learn/head.h): the handshake between a plugin library and its host, written by ASSAY_PLUGIN.
#pragma once

#include <cstdint>
#include <memory>
#include <type_traits>

#include "assay/fields.h"

#ifndef ASSAY_COMPILER
#define ASSAY_COMPILER "unknown"
#endif
#ifndef ASSAY_SANITIZER
#define ASSAY_SANITIZER "none"
#endif

namespace assay {

/// Raised when a public header changes in a way that makes an older plugin unusable.
#define ASSAY_PLUGIN_API 4
inline constexpr std::uint32_t plugin_api = ASSAY_PLUGIN_API;  ///< as a number
inline constexpr std::uint32_t plugin_magic = 0x41535359;      ///< "ASSY"
inline constexpr const char* plugin_symbol = "assay_plugin";   ///< what a plugin exports

#define ASSAY_STRINGIFY_(x) #x
#define ASSAY_STRINGIFY(x) ASSAY_STRINGIFY_(x)

#ifdef _GLIBCXX_USE_CXX11_ABI
#define ASSAY_CXX_ABI ASSAY_STRINGIFY(_GLIBCXX_USE_CXX11_ABI)
#else
#define ASSAY_CXX_ABI "1"
#endif
#ifdef NDEBUG
#define ASSAY_DEBUG "off"
#else
#define ASSAY_DEBUG "on"
#endif
#ifdef ASSAY_OPENCV_VERSION
#define ASSAY_BUILD_OPENCV ";OpenCV=" ASSAY_OPENCV_VERSION
#else
#define ASSAY_BUILD_OPENCV ""
#endif
#ifdef ASSAY_TORCH_VERSION
#define ASSAY_BUILD_TORCH ";torch=" ASSAY_TORCH_VERSION
#else
#define ASSAY_BUILD_TORCH ""
#endif

/// What must agree between a plugin and its host, as "field=value;..." . A part that a plugin doesn't use is left out.
#define ASSAY_BUILD_ID                                                        \
  "plugin API=" ASSAY_STRINGIFY(                                              \
      ASSAY_PLUGIN_API) ";compiler=" ASSAY_COMPILER ";C++ ABI=" ASSAY_CXX_ABI \
                        ";C++=" ASSAY_STRINGIFY(                              \
                            __cplusplus) ";debug=" ASSAY_DEBUG                \
                                         ";sanitizer=" ASSAY_SANITIZER ASSAY_BUILD_OPENCV ASSAY_BUILD_TORCH

/// The one symbol a plugin exports, with C linkage: readable before anything C++ is trusted.
struct PluginHandshake {
  std::uint32_t magic;   ///< plugin_magic
  std::uint32_t api;     ///< plugin_api of its build
  const char* kind;      ///< "augmentation", "sampler", "backbone" or "head"
  const char* name;      ///< as experiments write it
  const char* version;   ///< for people
  const char* build_id;  ///< ASSAY_BUILD_ID of its build
  /// Fills the table of the plugin's options. Called after the build id was found to agree.
  void (*describe)(FieldTable& table);
  /// Makes an object of the kind's interface from checked options; the caller owns it: the pointer is to the interface.
  void* (*create)(const Node& checked_options);
  /// Whether it is an augmentation that may mix the pictures of a batch, so that files can be checked for it.
  bool mixes = false;
};

namespace detail {

template <class Interface, class Class, class Options>
void* create_plugin(const Node& checked) {
  std::unique_ptr<Interface> object = std::make_unique<Class>(make_options<Options>(checked));
  return object.release();
}

template <class Options>
void describe_plugin(FieldTable& table) {
  table = describe_fields<Options>();
}

/// Whether a class has a has_pairs() of its own; the interface's says no. A private one can't be named, but is one.
template <class Interface, class Class>
constexpr bool may_mix() {
  if constexpr (requires { &Interface::has_pairs; }) {
    return !(requires { requires std::is_same_v<decltype(&Class::has_pairs), decltype(&Interface::has_pairs)>; });
  } else {
    return false;
  }
}

}  // namespace detail
}  // namespace assay

/// Makes the library a plugin. Interface has a static constant plugin_kind ("augmentation"); Class derives from it and
/// is made from a const Options&; describe(Fields<Options>&) is found beside Options.
///   ASSAY_PLUGIN(assay::Augmentation, Crop, CropOptions, "crop", "1.0.0");
#define ASSAY_PLUGIN(Interface, Class, Options, plugin_name, plugin_version)                                 \
  extern "C" __attribute__((visibility("default"))) const ::assay::PluginHandshake assay_plugin;             \
  const ::assay::PluginHandshake assay_plugin = {::assay::plugin_magic,                                      \
                                                 ::assay::plugin_api,                                        \
                                                 Interface::plugin_kind,                                     \
                                                 plugin_name,                                                \
                                                 plugin_version,                                             \
                                                 ASSAY_BUILD_ID,                                             \
                                                 &::assay::detail::describe_plugin<Options>,                 \
                                                 &::assay::detail::create_plugin<Interface, Class, Options>, \
                                                 ::assay::detail::may_mix<Interface, Class>()}
