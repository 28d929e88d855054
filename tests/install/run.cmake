# What the scripts of this folder share. WORK: their scratch folder; the archive is unpacked in ${prefix}.

set(prefix "${WORK}/elsewhere/assay")

# run(folder command...): what it says in `output`; stops the script where it fails.
function(run folder)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY "${folder}"
                  RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT code EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\nended with ${code}:\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

# Stops the script where the last output doesn't hold a text.
function(expect text)
  string(FIND "${output}" "${text}" place)
  if(place EQUAL -1)
    message(FATAL_ERROR "'${text}' is not in:\n${output}")
  endif()
endfunction()

function(make_empty folder)
  file(REMOVE_RECURSE "${folder}")
  file(MAKE_DIRECTORY "${folder}")
endfunction()
