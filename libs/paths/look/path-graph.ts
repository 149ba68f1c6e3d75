import {
  afterRenderEffect,
  Component,
  computed,
  type ElementRef,
  input,
  linkedSignal,
  model,
  signal,
  viewChild,
  viewChildren,
} from '@angular/core';
import type { PathViewNode } from '@icmp-mon/paths/contract';
import { AGENTS_DRAWN_MAX, AGENTS_RUNNING_MAX, type DrawnGraph, type DrawnNode, foldAgents } from './fold-agents';
import { isMostLost, type PathBox, boxOf } from './path-box';
import { type DrawnEdge, layoutPath, NODE_HEIGHT, NODE_WIDTH, type PathLayout, type Place } from './path-layout';
import { nextNode } from './path-keys';
import type { ShownPath } from './shown-path';

interface Drawing {
  ip: string;
  graph: DrawnGraph;
  layout: PathLayout;
}

interface ShownBox extends PathBox {
  node: DrawnNode;
  place: Place;
  /** Colour of its loss. */
  tone: 'none' | 'some' | 'most';
}

/** Loss, and silence behind the last answer. */
const isNeverFolded = ({ kind, gapHops, pathPercent }: PathViewNode): boolean =>
  (pathPercent ?? 0) > 0 || (kind === 'gap' && gapHops === 0);

/** Widest line of an edge, px, and the narrowest one. */
const EDGE_WIDTH = { min: 1.5, max: 7 };

/**
 * Paths of agents to a target as a graph, the agents at the left and the target at the right. The details of the node that was last hovered,
 * focused or clicked stay below it. Icons, texts and lines show loss, a break and a loop, not colour alone.
 */
@Component({
  selector: 'icm-path-graph',
  templateUrl: './path-graph.html',
  styleUrls: ['./path-graph.scss', './path-list.scss'],
})
export class PathGraphView {
  readonly path = input.required<ShownPath>();
  /** Nodes keep their places while rounds arrive. */
  readonly running = input(false);
  /** Id of the chosen node. */
  readonly selected = model<string | null>(null);
  protected readonly hovered = signal<string | null>(null);
  protected readonly size = { width: NODE_WIDTH, height: NODE_HEIGHT };

  private readonly drawing = linkedSignal<{ path: ShownPath; running: boolean }, Drawing>({
    source: () => ({ path: this.path(), running: this.running() }),
    computation: ({ path, running }, before) => {
      const kept = new Set([
        ...path.breaks.breaks.map(({ node }) => node),
        ...path.loops.flatMap(({ nodes }) => nodes),
        ...path.nodes.filter(isNeverFolded).map(({ id }) => id),
      ]);
      const graph = foldAgents(
        { nodes: [...path.nodes], edges: [...path.edges], loops: [...path.loops] },
        kept,
        running ? AGENTS_RUNNING_MAX : AGENTS_DRAWN_MAX,
      );
      const isSame = running && before !== undefined && before.value.ip === path.ip;
      return { ip: path.ip, graph, layout: layoutPath(graph, isSame ? before.value.layout.places : undefined) };
    },
  });
  protected readonly layout = computed(() => this.drawing().layout);
  protected readonly boxes = computed((): ShownBox[] => {
    const { graph, layout } = this.drawing();
    const path = this.path();
    const shown = graph.nodes.map((node): ShownBox => {
      const known = path.nodes.find(({ id }) => id === node.id);
      const tone = (known?.pathPercent ?? 0) === 0 ? 'none' : isMostLost(known) ? 'most' : 'some';
      return { ...boxOf(path, node), node, place: layout.places.get(node.id) ?? { right: 0, y: 0 }, tone };
    });
    return shown.sort((a, b) => b.place.right - a.place.right || a.place.y - b.place.y);
  });
  protected readonly fromTarget = computed(() => this.boxes().toReversed());
  /** The node whose details are shown: the target if none was chosen. */
  protected readonly shownBox = computed(() => {
    const boxes = this.boxes();
    const find = (id: string | null): ShownBox | undefined => boxes.find(({ node }) => node.id === id);
    return find(this.hovered()) ?? find(this.selected()) ?? boxes.find((box) => box.isBreak) ?? boxes.at(-1);
  });
  private readonly shownAgents = computed(
    () => new Set(this.hovered() === null && this.selected() === null ? [] : this.shownBox()?.node.agents),
  );
  private readonly mostRounds = computed(() => Math.max(1, ...this.layout().edges.map(({ rounds }) => rounds)));
  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly buttons = viewChildren<ElementRef<HTMLButtonElement>>('box');
  private readonly breakPlace = computed(() => {
    const place = this.boxes().find((box) => box.isBreak)?.place;
    return place === undefined ? '' : `${this.path().ip} ${place.right} ${place.y}`;
  });

  constructor() {
    afterRenderEffect(() => {
      // While rounds arrive, nodes stay where they are.
      if (this.running() || this.breakPlace() === '') return;
      const box = this.scroller().nativeElement.querySelector<HTMLElement>('.break');
      const scroller = this.scroller().nativeElement;
      if (box === null) return;
      const [inner, outer] = [box.getBoundingClientRect(), scroller.getBoundingClientRect()];
      if (inner.left < outer.left || inner.right > outer.right)
        scroller.scrollLeft += inner.left - outer.left - outer.width / 2;
      if (inner.top < outer.top || inner.bottom > outer.bottom)
        scroller.scrollTop += inner.top - outer.top - outer.height / 2;
    });
  }

  protected widthOf({ rounds }: DrawnEdge): number {
    return EDGE_WIDTH.min + (EDGE_WIDTH.max - EDGE_WIDTH.min) * Math.sqrt(rounds / this.mostRounds());
  }

  protected isOn(agents: readonly string[]): boolean {
    const shown = this.shownAgents();
    return agents.some((agent) => shown.has(agent));
  }

  protected isTabStop(id: string): boolean {
    return this.shownBox()?.node.id === id;
  }

  protected moveFocus(event: KeyboardEvent, id: string): void {
    const next = nextNode(event.key, id, this.drawing().graph, this.layout().places);
    if (next === null) return;
    event.preventDefault();
    this.buttons()
      .find(({ nativeElement }) => nativeElement.dataset['node'] === next)
      ?.nativeElement.focus();
  }

  protected toggleNode(id: string): void {
    this.selected.update((shown) => (shown === id ? null : id));
  }

  protected describe({ facts }: ShownBox): string {
    return facts.map(({ name, text }) => `${name}: ${text}`).join('. ');
  }
}
