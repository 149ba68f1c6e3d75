import { computed, Injectable, signal } from '@angular/core';

/** Agents chosen in the list for one change of all of them. */
@Injectable()
export class ChosenAgents {
  private readonly chosen = signal<ReadonlySet<string>>(new Set());
  /** Agent that was chosen last, at which a range begins; null before the first. */
  private anchor: string | null = null;

  readonly ids = computed(() => [...this.chosen()]);

  isChosen(id: string): boolean {
    return this.chosen().has(id);
  }

  /** Chooses an agent, or removes it from the choice. */
  toggleAgent(id: string): void {
    const next = new Set(this.chosen());
    if (!next.delete(id)) next.add(id);
    this.anchor = id;
    this.chosen.set(next);
  }

  /** Chooses the agents from the last chosen one to `id`, in the order of the list. */
  chooseRange(id: string, listed: readonly string[]): void {
    const to = listed.indexOf(id);
    const from = this.anchor === null ? -1 : listed.indexOf(this.anchor);
    const range = from === -1 ? [id] : listed.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.anchor = id;
    this.chosen.set(new Set([...this.chosen(), ...range]));
  }

  /** Removes agents from the choice that are no longer listed. */
  keepListed(listed: readonly string[]): void {
    const left = this.ids().filter((id) => listed.includes(id));
    if (left.length !== this.chosen().size) this.chosen.set(new Set(left));
  }

  chooseNone(): void {
    this.anchor = null;
    this.chosen.set(new Set());
  }
}
