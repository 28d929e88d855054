# The same installation on a machine where LibTorch isn't where the build had it: what it says, and that it can be told.
#   cmake -DLIBTORCH=folder of LibTorch -DWORK=scratch -P without_libtorch.cmake
include("${CMAKE_CURRENT_LIST_DIR}/run.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/small_run.cmake")

set(folder "${WORK}/without_libtorch")
make_empty("${folder}")
file(COPY "${prefix}" DESTINATION "${folder}")
set(prefix "${folder}/assay")

# Another machine, as far as the installation can tell: the path that both binaries remember leads nowhere.
string(LENGTH "${LIBTORCH}" length)
math(EXPR length "${length} - 1")
string(REPEAT "x" ${length} elsewhere)
string(PREPEND elsewhere "/")
run("${folder}" python3 -c "
import sys
old, new = (a.encode() for a in sys.argv[1:3])
for name in sys.argv[3:]:
    with open(name, 'rb') as file: binary = file.read()
    if old not in binary: sys.exit(name + ' does not remember ' + sys.argv[1])
    with open(name, 'wb') as file: file.write(binary.replace(old, new))
" "${LIBTORCH}" "${elsewhere}" "${prefix}/bin/runner" "${prefix}/lib/libassay_learn.so")
set(ENV{XDG_CACHE_HOME} "${folder}/cache")

# refused(text...): the small run ends with exit code 2 and says the texts.
function(refused)
  execute_process(COMMAND "${prefix}/bin/runner" ${small_run} WORKING_DIRECTORY "${folder}"
                  RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 2)
    message(FATAL_ERROR "runner ended with ${code} instead of 2:\n${output}")
  endif()
  foreach(text IN LISTS ARGN)
    expect("${text}")
  endforeach()
  set(output "${output}" PARENT_SCOPE)
endfunction()

refused("isn't on this machine, and this command needs it" "Looked in ${elsewhere}/lib" "/bin/pip install torch==")
string(REGEX MATCH "python3 -m venv ([^\n]*)" _ "${output}")
set(environment "${CMAKE_MATCH_1}")
run("${folder}" "${prefix}/bin/runner" plugins)
run("${folder}" "${prefix}/bin/runner" check "${prefix}/share/assay/experiments/effnet_crop.toml")

# Where the message says; then where the variable says.
file(MAKE_DIRECTORY "${environment}/lib/python3.11/site-packages")
file(CREATE_LINK "${LIBTORCH}" "${environment}/lib/python3.11/site-packages/torch" SYMBOLIC)
run("${folder}" "${prefix}/bin/runner" ${small_run})
file(REMOVE_RECURSE "${environment}")
set(ENV{ASSAY_LIBTORCH} "${LIBTORCH}")
run("${folder}" "${prefix}/bin/runner" ${small_run})

set(ENV{ASSAY_LIBTORCH} "${folder}")
refused("ASSAY_LIBTORCH is ${folder}, which holds no lib/libtorch.so")
file(WRITE "${folder}/lib/libtorch.so" "")
file(WRITE "${folder}/version.py" "__version__ = '2.11.0+cpu'\n")
refused("holds LibTorch 2.11.0, and this program was built with")
file(REMOVE_RECURSE "${folder}")
