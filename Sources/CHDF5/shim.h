// HDF5, imported by the Swift target Datasets only. Debian keeps the serial library's headers in a folder of their own and
// its name apart from the MPI builds', so neither pkg-config nor search paths are needed.
#pragma once
#include <hdf5/serial/hdf5.h>
#include <stdio.h>
#include <string.h>

// Most constants of HDF5 are macros that call a function first, which Swift does not import.
static inline hid_t strata_h5_float32(void) { return H5T_IEEE_F32LE; }
static inline hid_t strata_h5_float64(void) { return H5T_IEEE_F64LE; }
static inline hid_t strata_h5_uint8(void) { return H5T_STD_U8LE; }
static inline hid_t strata_h5_uint16(void) { return H5T_STD_U16LE; }
static inline hid_t strata_h5_uint64(void) { return H5T_STD_U64LE; }
static inline hid_t strata_h5_c_string(void) { return H5T_C_S1; }
static inline hid_t strata_h5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t strata_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t strata_h5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t strata_h5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t strata_h5_default(void) { return H5P_DEFAULT; }
static inline hid_t strata_h5_all(void) { return H5S_ALL; }
static inline size_t strata_h5_variable(void) { return H5T_VARIABLE; }

// Errors become Swift errors, so nothing is printed. The setting is of the calling thread.
static inline void strata_h5_silence(void) {
  // A file that could not be completed on a full disk crashes the library's own clean-up at exit. It has an effect before
  // the library's first use only; files are closed by their owners.
  H5dont_atexit();
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

static inline hid_t strata_h5_create(const char *path, hid_t creation, hid_t access) {
  return H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
}
static inline hid_t strata_h5_open(const char *path) { return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT); }

static inline herr_t strata_h5_take_reason(unsigned depth, const H5E_error2_t *error, void *target) {
  (void)depth;
  if (error->desc != NULL && error->desc[0] != 0) snprintf((char *)target, 512, "%s", error->desc);
  // A positive value stops the walk: the innermost entry says what happened, the others who called it.
  return 1;
}

/// Copies the innermost message of the calling thread's error stack into 512 bytes; empty if there is none.
static inline void strata_h5_reason(char *target) {
  target[0] = 0;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, strata_h5_take_reason, target);
}
