import { DestroyRef, inject, Injectable, signal } from '@angular/core';
import { KeySequence } from './shortcut-keys';

export interface Shortcut {
  keys: string;
  label: string;
  run: () => void;
}

/** Keyboard shortcuts of the shell and of the current page; the help sheet lists them. */
@Injectable({ providedIn: 'root' })
export class Shortcuts {
  private readonly sequence = new KeySequence(['g']);
  private readonly registered = signal<readonly Shortcut[]>([]);
  readonly all = this.registered.asReadonly();

  constructor() {
    document.addEventListener('keydown', (event) => this.handle(event));
  }

  /** Adds shortcuts until the calling component is destroyed. Call it in an injection context. */
  add(...shortcuts: Shortcut[]): void {
    this.registered.update((all) => [...all, ...shortcuts]);
    inject(DestroyRef).onDestroy(() => {
      this.registered.update((all) => all.filter((shortcut) => !shortcuts.includes(shortcut)));
    });
  }

  private handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || document.querySelector('[aria-modal="true"]') !== null) return;
    const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
    const typing = takesText(event.target);
    const keys = this.sequence.press({ key, ctrlKey, metaKey, altKey, shiftKey, typing }, event.timeStamp);
    const shortcut = this.registered().findLast((candidate) => candidate.keys === keys);
    if (shortcut === undefined || (key === 'Enter' && takesEnter(event.target))) return;
    event.preventDefault();
    shortcut.run();
  }
}

function takesText(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement && target.type === 'checkbox') return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Returns whether Enter activates the element, as a button or a link. */
function takesEnter(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, a[href], summary') !== null;
}
