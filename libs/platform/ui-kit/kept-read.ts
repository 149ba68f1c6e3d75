import { computed, DestroyRef, inject, linkedSignal, type Resource, type Signal } from '@angular/core';

export interface ReadFailure {
  error: unknown;
  /** Since when it cannot be read, in ms since 1970. */
  sinceMs: number;
}

/** A read of which the last value stays while it is read again, and when that fails. */
export interface KeptRead<T> {
  value: Signal<T | undefined>;
  /** Why it cannot be read now; what is shown is then old. */
  failure: Signal<ReadFailure | null>;
  isLoading: Signal<boolean>;
}

interface Read<T> {
  subject: unknown;
  value: T | undefined;
  error: unknown;
  isDone: boolean;
}

/** Keeps what was read last of a subject; of another one (`subject` changes) nothing is kept. */
export function keepLast<T>(read: Resource<T | undefined>, subject: () => unknown = () => ''): KeptRead<T> {
  const source = computed<Read<T>>(() => ({
    subject: subject(),
    value: read.hasValue() ? read.value() : undefined,
    error: read.error(),
    isDone: read.hasValue() && !read.isLoading(),
  }));
  const value = linkedSignal<Read<T>, T | undefined>({
    source,
    computation: (now, before) =>
      now.value ?? (before !== undefined && before.source.subject === now.subject ? before.value : undefined),
  });
  const failure = linkedSignal<Read<T>, ReadFailure | null>({
    source,
    computation: (now, before) => {
      const known = before !== undefined && before.source.subject === now.subject ? before.value : null;
      if (now.error !== undefined) return { error: now.error, sinceMs: known?.sinceMs ?? Date.now() };
      // While it is read again it is not known to work.
      return now.isDone ? null : known;
    },
  });
  return { value: value.asReadonly(), failure: failure.asReadonly(), isLoading: read.isLoading };
}

/** Reads again every so often while the page is looked at and no read is under way. Call it in an injection context. */
export function reloadEvery(read: { reload(): unknown; isLoading(): boolean }, everyMs: number): void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible' && !read.isLoading()) read.reload();
  }, everyMs);
  inject(DestroyRef).onDestroy(() => clearInterval(timer));
}
