import { Component, computed, inject, signal } from '@angular/core';
import { MAT_DIALOG_DATA, MatDialogRef } from '@angular/material/dialog';
import type { AgentView } from '@icmp-mon/agents/contract';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { countText, Icon, keepLast } from '@icmp-mon/platform/ui-kit';
import { StatusGlyph } from '@icmp-mon/status/look';
import type { TargetView } from '@icmp-mon/targets/contract';
import { PaletteActions, type PaletteShell } from './palette-actions';
import { groupEntries, matchEntries, type PaletteEntry } from './palette-entries';
import { TargetSearch } from './target-search';

const SHOWN_PER_GROUP = 12;

/**
 * Command palette: a combobox over pages, actions, agents and targets. It closes with the chosen entry, which then runs when the
 * focus is back on the page.
 *
 * Results of the server come last, so that an entry never moves under the user's choice.
 */
@Component({
  selector: 'icm-palette',
  imports: [Icon, StatusGlyph],
  providers: [PaletteActions, TargetSearch],
  templateUrl: './palette.html',
  styleUrl: './palette.scss',
})
export class Palette {
  private readonly dialog = inject<MatDialogRef<Palette, PaletteEntry>>(MatDialogRef);
  private readonly actions = inject(PaletteActions);
  private readonly shell = inject<PaletteShell>(MAT_DIALOG_DATA);
  private readonly own = this.actions.listEntries(this.shell);
  private readonly agents = keepLast(inject(AgentsClient).listAgents());
  protected readonly search = inject(TargetSearch);
  protected readonly text = signal('');
  private readonly chosen = signal<string | null>(null);

  private readonly entries = computed(() => {
    const text = this.text().trim();
    if (text === '') return matchEntries(this.own, '', SHOWN_PER_GROUP);
    const agents = (this.agents.value()?.items ?? []).map((agent) => this.agentEntry(agent));
    return [...matchEntries([...this.own, ...agents], text, SHOWN_PER_GROUP), ...this.targetEntries(text)];
  });
  protected readonly groups = computed(() => groupEntries(this.entries()));
  /** The entry that Enter opens: the chosen one, otherwise the first. */
  protected readonly active = computed(
    () => this.entries().find(({ id }) => id === this.chosen()) ?? this.entries().at(0),
  );
  protected readonly announced = computed(() => {
    if (this.search.isSearching()) return '';
    const count = this.entries().length;
    return count === 0 ? 'No results' : `${count} ${count === 1 ? 'result' : 'results'}`;
  });

  /** Takes over the text that was typed before the field had the focus. */
  protected enterField(box: HTMLInputElement): void {
    const typed = this.shell.takeText();
    if (typed === '') return;
    box.value = typed;
    this.typeText(typed);
  }

  protected typeText(text: string): void {
    this.text.set(text);
    this.chosen.set(null);
    this.search.searchTargets(text.trim());
  }

  protected pressKey(event: KeyboardEvent): void {
    const isPaletteKey = (event.ctrlKey || event.metaKey) && event.key === 'k';
    if (event.key === 'ArrowDown') this.moveChoice(1);
    else if (event.key === 'ArrowUp') this.moveChoice(-1);
    else if (event.key === 'Enter' && !event.isComposing) this.openEntry(this.active());
    else if (isPaletteKey) this.dialog.close();
    else return;
    event.preventDefault();
  }

  protected chooseEntry({ id }: PaletteEntry): void {
    this.chosen.set(id);
  }

  protected openEntry(entry: PaletteEntry | undefined): void {
    if (entry !== undefined) this.dialog.close(entry);
  }

  protected optionId({ id }: PaletteEntry): string {
    return `palette ${id}`.replaceAll(/\s+/g, '-');
  }

  private moveChoice(step: 1 | -1): void {
    const entries = this.entries();
    const at = entries.findIndex(({ id }) => id === this.active()?.id);
    const next = entries[(at + step + entries.length) % entries.length];
    if (next === undefined) return;
    this.chooseEntry(next);
    document.getElementById(this.optionId(next))?.scrollIntoView({ block: 'nearest' });
  }

  private agentEntry({ id, name, region, provider, connection }: AgentView): PaletteEntry {
    const run = (): void => this.actions.openUrl(`/agents/${id}`);
    return { id: `agent ${id}`, group: 'Agents', text: name, detail: `${region} · ${provider} · ${connection}`, run };
  }

  /** The targets that match, and the list of all of them. */
  private targetEntries(text: string): PaletteEntry[] {
    const total = this.search.total();
    const found = this.search.targets().map((target) => this.targetEntry(target));
    if (total === 0) return [];
    const count = total === null ? 'All targets' : total === 1 ? 'List of 1 target' : `All ${countText(total)} targets`;
    const run = (): void => this.actions.openUrl(`/targets?q=${encodeURIComponent(text)}`);
    return [...found, { id: 'all targets', group: 'Targets', text: `${count} matching “${text}”`, run }];
  }

  private targetEntry({ id, ip, vrf, name, tags, status }: TargetView): PaletteEntry {
    const details = [
      name,
      vrf === 'default' ? null : `VRF ${vrf}`,
      ...Object.entries(tags).map((tag) => tag.join('=')),
    ];
    return {
      ...{ id: `target ${id}`, group: 'Targets', text: ip, status },
      detail: details.filter((detail) => detail !== null).join(' · '),
      run: () => this.actions.openUrl(`/targets/${id}`),
    };
  }
}
