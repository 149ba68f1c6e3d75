import { Component, computed, effect, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import { DateTimePipe, DurationPipe, Empty, Failure, keepLast, PageTrail, zoneText } from '@icmp-mon/platform/ui-kit';
import type { EvidenceEntry } from '@icmp-mon/status/contract';
import { AnswerPipe, CheckNamePipe, CheckReasonPipe, CheckStatusGlyph } from '@icmp-mon/status/look';
import { evidenceExport, ValidationClient } from './validation.client';

interface EvidenceLine extends EvidenceEntry {
  lengthMs: number;
  probes: number;
  proven: number;
  testedBy: string;
}

/** Page `/targets/:id/checks/:check`: the evidence log of one check, newest first, gaps included. */
@Component({
  selector: 'icm-evidence-page',
  imports: [
    AnswerPipe,
    CheckNamePipe,
    CheckReasonPipe,
    CheckStatusGlyph,
    DateTimePipe,
    DurationPipe,
    Empty,
    Failure,
    RouterLink,
  ],
  templateUrl: './evidence-page.html',
  styleUrl: './validation.scss',
})
export class EvidencePageView {
  readonly id = input.required<string>();
  readonly check = input.required<string>();
  readonly cursor = input<string>();

  private readonly client = inject(ValidationClient);
  private readonly asked = computed(() => ({ ref: this.id(), check: this.check(), cursor: this.cursor() }));
  private readonly checksRead = keepLast(this.client.readChecks(this.id), this.id);
  protected readonly read = this.client.listEvidence(this.asked);
  protected readonly kept = keepLast(this.read, () => JSON.stringify(this.asked()));
  protected readonly lines = computed(() => this.kept.value()?.items.map(lineOf) ?? null);
  protected readonly next = computed(() => this.kept.value()?.next ?? null);
  /** The check at present; undefined once its target, or it, was removed. */
  protected readonly current = computed(() =>
    this.checksRead.value()?.items.find(({ check }) => String(check) === this.check()),
  );
  protected readonly exported = computed(() => evidenceExport(this.id(), this.check()));
  protected readonly zone = zoneText;

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const [entry] = this.lines() ?? [];
      trail.showCrumbs(
        { text: 'Targets', link: '/targets' },
        { text: 'Validation', link: '/targets/validation' },
        { text: `${entry?.ip ?? this.id()}, check ${this.check()}` },
      );
    });
  }
}

function lineOf(entry: EvidenceEntry): EvidenceLine {
  const sum = (count: (agent: EvidenceEntry['agents'][number]) => number): number =>
    entry.agents.reduce((total, agent) => total + count(agent), 0);
  return {
    ...entry,
    lengthMs: Date.parse(entry.until) - Date.parse(entry.from),
    probes: sum(({ probes }) => probes),
    proven: sum(({ proven }) => proven),
    testedBy: entry.agents.map(({ name, probes, proven }) => `${name} ${proven} of ${probes}`).join(', '),
  };
}
