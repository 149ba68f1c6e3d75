import { computed, DestroyRef, inject, linkedSignal, type Resource, type Signal } from '@angular/core';

export interface ReadFailure {
  error: unknown;
  /** Since when reads fail, ms since 1970. */
  sinceMs: number;
}

/** A read whose last value is kept during a reload and after a failed one. */
export interface KeptRead<T> {
  value: Signal<T | undefined>;
  /** Why the last read failed, null if it did not; `value` is then from an earlier read. */
  failure: Signal<ReadFailure | null>;
  isLoading: Signal<boolean>;
}

interface Read<T> {
  subject: unknown;
  value: T | undefined;
  error: unknown;
  isDone: boolean;
}

/** Keeps the last value that was read for a subject; when `subject` changes, the value is dropped. */
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
      // A reload in progress does not end the failure.
      return now.isDone ? null : known;
    },
  });
  return { value: value.asReadonly(), failure: failure.asReadonly(), isLoading: read.isLoading };
}

/** Reloads every `everyMs` while the page is visible and no read is in progress. Call it in an injection context. */
export function reloadEvery(read: { reload(): unknown; isLoading(): boolean }, everyMs: number): void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible' && !read.isLoading()) read.reload();
  }, everyMs);
  inject(DestroyRef).onDestroy(() => clearInterval(timer));
}
