#define _GNU_SOURCE
#include "helper.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum {
  /// Looks that are worth their time before sleeping: some fifty microseconds.
  MOST_LOOKS = 4096,
  /// As few as they become where they were in vain: on a busy machine they take time from whom they wait for.
  FEWEST_LOOKS = 64,
  /// After so many sleeps most looks are tried again: the machine may be idle by now.
  SLEEPS = 32
};

/// How a thread waits: its looks, and how often it has slept.
typedef struct patience {
  int looks;
  unsigned sleeps;
} patience;

struct strata_helper {
  pthread_t thread;
  void (*task)(void *);
  void *context;
  /// Of the thread that gives the tasks.
  patience own;
  /// The tasks given, taken up and done so far.
  atomic_ulong given, taken, done;
  /// How many threads wait in the condition: only then need it be signalled.
  atomic_int sleepers;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
};

static inline void pause_briefly(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

/// Waits until the counter is at least `value`. Whoever sleeps has counted itself before it looks a last time, and whoever
/// counts up looks for sleepers after that: one of the two sees the other, since all of it is sequentially consistent.
static void wait_for(strata_helper *helper, atomic_ulong *counter, unsigned long value, patience *own) {
  for (int look = 0; look < own->looks; look++) {
    if (atomic_load(counter) >= value) {
      own->looks = own->looks < MOST_LOOKS / 2 ? 2 * own->looks : MOST_LOOKS;
      return;
    }
    pause_briefly();
  }
  own->looks = ++own->sleeps % SLEEPS == 0 ? MOST_LOOKS : own->looks > 2 * FEWEST_LOOKS ? own->looks / 2 : FEWEST_LOOKS;
  pthread_mutex_lock(&helper->mutex);
  atomic_fetch_add(&helper->sleepers, 1);
  while (atomic_load(counter) < value) pthread_cond_wait(&helper->changed, &helper->mutex);
  atomic_fetch_sub(&helper->sleepers, 1);
  pthread_mutex_unlock(&helper->mutex);
}

static void count_up(strata_helper *helper, atomic_ulong *counter) {
  atomic_fetch_add(counter, 1);
  if (atomic_load(&helper->sleepers) == 0) return;
  pthread_mutex_lock(&helper->mutex);
  pthread_cond_broadcast(&helper->changed);
  pthread_mutex_unlock(&helper->mutex);
}

/// Whether the calling thread is the one to do the task of this number. If so, no other is given before it is done.
static int take(strata_helper *helper, unsigned long number) {
  unsigned long before = number - 1;
  return atomic_compare_exchange_strong(&helper->taken, &before, number);
}

static void *work(void *argument) {
  strata_helper *helper = argument;
  patience own = {MOST_LOOKS, 0};
  for (unsigned long number = 0;;) {
    wait_for(helper, &helper->given, number + 1, &own);
    number = atomic_load(&helper->given);
    if (!take(helper, number)) continue;
    if (!helper->task) return NULL;
    helper->task(helper->context);
    count_up(helper, &helper->done);
  }
}

strata_helper *strata_helper_create(void) {
  strata_helper *helper = calloc(1, sizeof *helper);
  if (!helper) return NULL;
  helper->own.looks = MOST_LOOKS;
  pthread_mutex_init(&helper->mutex, NULL);
  pthread_cond_init(&helper->changed, NULL);
  if (pthread_create(&helper->thread, NULL, work, helper) == 0) {
    pthread_setname_np(helper->thread, "strata-helper");
    return helper;
  }
  pthread_cond_destroy(&helper->changed);
  pthread_mutex_destroy(&helper->mutex);
  free(helper);
  return NULL;
}

void strata_helper_start(strata_helper *helper, void (*task)(void *), void *context) {
  helper->task = task;
  helper->context = context;
  count_up(helper, &helper->given);
}

void strata_helper_wait(strata_helper *helper) {
  const unsigned long number = atomic_load(&helper->given);
  if (!take(helper, number)) return wait_for(helper, &helper->done, number, &helper->own);
  helper->task(helper->context);
  atomic_fetch_add(&helper->done, 1);
}

void strata_helper_destroy(strata_helper *helper) {
  strata_helper_start(helper, NULL, NULL);
  pthread_join(helper->thread, NULL);
  pthread_cond_destroy(&helper->changed);
  pthread_mutex_destroy(&helper->mutex);
  free(helper);
}
