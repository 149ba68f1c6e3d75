import { afterNextRender, Component, computed, inject, input, type OnInit, signal, viewChild } from '@angular/core';
import { submit } from '@angular/forms/signals';
import {
  type AgentView,
  type CreateEnrolmentTokenRequest,
  type EnrolmentTokenCreated,
  joinLine,
  readAllowedRanges,
} from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import {
  copyText,
  fieldErrors,
  Icon,
  InstantPipe,
  keepLast,
  type Problem,
  readProblem,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { parseTags } from '@icmp-mon/targets/contract';
import { AgentsClient } from './agents.client';
import { capacityIn } from './description-fields';
import { joinForm } from './join-form';
import { JoinWait } from './join-wait';

const LOOPBACK = /^(localhost|127\.|\[::1\])/;
/** Request fields of a token whose name differs from the form field. */
const SENT_AS: Partial<Record<string, string>> = { name: 'agentName', capacity: 'capacityPps' };

/** Form for a new agent. It then shows the join command and waits until the agent is connected. */
@Component({
  selector: 'icm-join-agent',
  imports: [Icon, InstantPipe, JoinWait, LabelledField],
  templateUrl: './join-agent.html',
  styleUrl: './join-agent.scss',
})
export class JoinAgent implements OnInit {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  private readonly nameField = viewChild<LabelledField>('nameField');
  private readonly agents = keepLast(this.client.listAgents());
  /** Agent to replace; a new agent unless set. */
  readonly replaces = input<AgentView>();
  /** State of that agent when the command was created. */
  protected readonly before = signal<AgentView | undefined>(undefined);

  protected readonly mayEnrol = computed(() => this.session.may('agents:enrol'));
  protected readonly problem = signal<Problem | null>(null);
  protected readonly created = signal<EnrolmentTokenCreated | null>(null);
  protected readonly command = signal('');
  protected readonly worksHereOnly = computed(() => {
    const token = this.created();
    return token !== null && LOOPBACK.test(new URL(token.enrolUrl).host);
  });
  protected readonly settings = joinForm(
    () => this.agents.value()?.items ?? [],
    () => this.replaces(),
  );

  constructor() {
    // The button "Add an agent" opens the form for a new agent; on an agent's page it is one section of several.
    afterNextRender(() => {
      if (this.replaces() === undefined) this.nameField()?.focusEntry();
    });
  }

  ngOnInit(): void {
    const agent = this.replaces();
    if (agent === undefined) return;
    const { name, region, provider } = agent;
    this.settings().value.set({ name, region, provider, allow: '', tags: '', capacity: '' });
  }

  protected async makeCommand(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    await submit(this.settings, async () => {
      try {
        await this.makeToken();
        return undefined;
      } catch (failure) {
        return this.showProblem(readProblem(failure));
      }
    });
  }

  private async makeToken(): Promise<void> {
    const { name, region, provider, allow, tags, capacity } = this.settings().value();
    const read = readAllowedRanges(allow);
    const parsed = parseTags(tags);
    if ('fault' in read || 'error' in parsed) return;
    const settings = { name: name.trim(), region: region.trim(), provider: provider.trim(), allow: read.ranges };
    const capacityPps = capacityIn(capacity) ?? null;
    const body: CreateEnrolmentTokenRequest = {
      ...{ uses: 1, agentName: settings.name, region: settings.region, provider: settings.provider, tags: parsed.tags },
      ...(capacityPps !== null && { capacityPps }),
    };
    const created = await this.client.createToken(body);
    const { token, enrolUrl, caSha256 } = created;
    this.command.set(joinLine({ ...settings, token, enrolUrl, caSha256 }));
    this.before.set(this.replaces());
    this.created.set(created);
  }

  /** Shows the server's error messages at their fields, and other errors above the form. */
  private showProblem(problem: Problem) {
    const { name, region, provider, allow, tags, capacity } = this.settings;
    const errors = fieldErrors(problem, { name, region, provider, allow, tags, capacity }, SENT_AS);
    if (errors === undefined) this.problem.set(problem);
    return errors;
  }

  protected copyLine(): Promise<void> {
    return copyText(this.command(), this.toasts);
  }
}
