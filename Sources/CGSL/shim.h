// GSL, imported by the Swift target Stochastics only (see Sources/COpenBLAS/shim.h for why).
#pragma once
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_statistics_double.h>
#include <gsl/gsl_version.h>

/// GSL aborts the process on a domain error by default; Strata validates arguments itself and checks for NaN.
static inline void strata_gsl_disable_abort(void) { gsl_set_error_handler_off(); }
static inline const char *strata_gsl_version(void) { return GSL_VERSION; }
