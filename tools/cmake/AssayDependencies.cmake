# Finds every library that Assay uses, so that all that is missing is known before anything is built.

find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(SQLite3 3.40 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_package(tomlplusplus 3.3 REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(OpenCVImage 4 REQUIRED)
find_package(JPEG REQUIRED)
find_package(PNG REQUIRED)
find_package(XxHash REQUIRED)
find_package(Highway REQUIRED)
if(ASSAY_BUILD_TESTS)
  find_package(GTest REQUIRED)
endif()
if(ASSAY_WITH_LEARN)
  find_package(LibTorch 2.11 REQUIRED)
endif()

# Boost.DLL is header-only only together with the standard library's filesystem; Boost's own would be one more library.
target_compile_definitions(Boost::headers INTERFACE BOOST_DLL_USE_STD_FS)
