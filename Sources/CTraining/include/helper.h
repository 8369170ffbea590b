// A second thread that computes half of what comes again and again, thousands of times a second: waking a sleeping thread takes
// a good part of a step of a small network, so this one looks out for work for some fifty microseconds before it sleeps. On a
// busy machine it may come too late: then whoever waits for the work does it.
#pragma once

typedef struct strata_helper strata_helper;

/// Starts a thread, which the system shows as strata-helper; NULL if there is none to be had.
strata_helper *strata_helper_create(void);

/// Runs a task on it. The one before must have been waited for.
void strata_helper_start(strata_helper *helper, void (*task)(void *), void *context);

/// Does the task if the thread has not taken it up, and returns when it is done; what it wrote may be read then.
void strata_helper_wait(strata_helper *helper);

/// Ends the thread.
void strata_helper_destroy(strata_helper *helper);
