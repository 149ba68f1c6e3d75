import { Component, computed, inject, input, output } from '@angular/core';
import type { StoredTrace, StoredTraceSummary } from '@icmp-mon/paths/contract';
import { MtrTable } from '@icmp-mon/paths/look';
import { Failure, instantText, keepLast, RttPipe } from '@icmp-mon/platform/ui-kit';
import { compareTraces, type ComparedHop, differences } from './compare-traces';
import { PathsClient } from './paths.client';

const STATES = { same: '', changed: 'differs', left: 'left only', right: 'right only' } as const;

/** Two traces next to each other: of two times or of two agents. The hops in which they differ are marked. */
@Component({
  selector: 'icm-trace-compare',
  imports: [Failure, MtrTable, RttPipe],
  templateUrl: './trace-compare.html',
  styleUrl: './trace-compare.scss',
})
export class TraceCompare {
  private readonly client = inject(PathsClient);
  /** Ids of traces; null: none chosen. */
  readonly left = input.required<string | null>();
  readonly right = input.required<string | null>();
  readonly traces = input.required<readonly StoredTraceSummary[]>();
  readonly chosen = output<{ left?: string | null; right?: string | null }>();

  private readonly leftRead = this.client.readTrace(this.left);
  private readonly rightRead = this.client.readTrace(this.right);
  private readonly leftKept = keepLast(this.leftRead, this.left);
  private readonly rightKept = keepLast(this.rightRead, this.right);
  protected readonly sides = computed(() => [
    { name: 'left' as const, text: 'Left path', id: this.left(), trace: this.leftKept.value() },
    { name: 'right' as const, text: 'Right path', id: this.right(), trace: this.rightKept.value() },
  ]);
  protected readonly failure = computed(() => this.leftKept.failure() ?? this.rightKept.failure());
  protected readonly rows = computed(() => {
    const [left, right] = [this.leftKept.value(), this.rightKept.value()];
    return left === undefined || right === undefined ? null : compareTraces(left.trace, right.trace);
  });
  protected readonly summary = computed(() => {
    const count = differences(this.rows() ?? []);
    if (count === 0) return 'Both paths are the same.';
    return count === 1 ? 'The paths differ in 1 hop.' : `The paths differ in ${count} hops.`;
  });
  protected readonly states = STATES;
  protected readonly options = computed(() => this.traces().map((trace) => ({ id: trace.id, text: textOf(trace) })));
  protected readonly shownTraces = computed(() =>
    this.sides().flatMap(({ trace }) => (trace === undefined ? [] : [trace])),
  );

  protected chooseTrace(side: 'left' | 'right', event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.chosen.emit({ [side]: value === '' ? null : value });
  }

  protected isListed(id: string): boolean {
    return this.options().some((option) => option.id === id);
  }

  protected readonly textOf = textOf;

  protected lossOf(hop: ComparedHop | null): string {
    return hop?.pathPercent == null ? '–' : `${Math.round(hop.pathPercent)} %`;
  }

  /** The name of the first address of a hop, by the side it is on. */
  protected nameOf(hop: ComparedHop | null, side: 'left' | 'right'): string {
    const trace = (side === 'left' ? this.leftKept : this.rightKept).value();
    const [address = ''] = hop?.addresses ?? [];
    const asn = trace?.asNumbers[address];
    return [trace?.names[address] ?? '', asn === undefined ? '' : `AS${asn.asn} ${asn.name}`.trim()]
      .filter((text) => text !== '')
      .join(' · ');
  }

  protected retryReads(): void {
    this.leftRead.reload();
    this.rightRead.reload();
  }
}

const textOf = ({ agentName, agentId, startedAt }: StoredTraceSummary | StoredTrace): string =>
  `${agentName ?? agentId}, ${instantText(startedAt)}`;
