import { Component, computed, effect, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import {
  AgePipe,
  Clock,
  InstantPipe,
  DurationPipe,
  Empty,
  Failure,
  keepLast,
  PageLinks,
  PageTrail,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import type { EvidenceEntry } from '@icmp-mon/status/contract';
import {
  AnswerPipe,
  CheckNamePipe,
  CheckReasonPipe,
  CheckStatusGlyph,
  EvidenceAgentsPipe,
  EvidenceTotalsPipe,
} from '@icmp-mon/status/look';
import { evidenceExport, ValidationClient } from './validation.client';

type EvidenceLine = EvidenceEntry & { lengthMs: number };

const AGAIN_MS = 10_000;

/** Page `/targets/:id/checks/:check`: the evidence log of one check, newest first, gaps included. */
@Component({
  selector: 'icm-evidence-page',
  imports: [
    AgePipe,
    AnswerPipe,
    CheckNamePipe,
    CheckReasonPipe,
    CheckStatusGlyph,
    InstantPipe,
    DurationPipe,
    Empty,
    EvidenceAgentsPipe,
    EvidenceTotalsPipe,
    Failure,
    PageLinks,
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
  private readonly checks = this.client.readChecks(this.id);
  private readonly checksRead = keepLast(this.checks, this.id);
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = this.client.listEvidence(this.asked);
  protected readonly kept = keepLast(this.read, () => JSON.stringify(this.asked()));
  protected readonly lines = computed(() => this.kept.value()?.items.map(lineOf) ?? null);
  protected readonly open = computed(() => this.kept.value()?.open ?? null);
  protected readonly next = computed(() => this.kept.value()?.next ?? null);
  /** The check at present; undefined once its target, or it, was removed. */
  protected readonly current = computed(() =>
    this.checksRead.value()?.items.find(({ check }) => String(check) === this.check()),
  );
  protected readonly exported = computed(() => evidenceExport(this.id(), this.check()));

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
    reloadEvery(this.checks, AGAIN_MS);
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
  return { ...entry, lengthMs: Date.parse(entry.until) - Date.parse(entry.from) };
}
