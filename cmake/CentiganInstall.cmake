# Install rules and the exported package: find_package(centigan) gives centigan::core, centigan::diffaug, …
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

function(centigan_install_target target)
  install(TARGETS ${target} EXPORT centiganTargets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
  if(EXISTS "${CMAKE_CURRENT_SOURCE_DIR}/include")
    install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  endif()
endfunction()

function(centigan_install_package)
  set(dir "${CMAKE_INSTALL_LIBDIR}/cmake/centigan")
  install(EXPORT centiganTargets NAMESPACE centigan:: DESTINATION ${dir})
  configure_package_config_file(cmake/centiganConfig.cmake.in centiganConfig.cmake INSTALL_DESTINATION ${dir})
  write_basic_package_version_file(centiganConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES "${CMAKE_CURRENT_BINARY_DIR}/centiganConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/centiganConfigVersion.cmake" cmake/FindLibTorch.cmake DESTINATION ${dir})
endfunction()
