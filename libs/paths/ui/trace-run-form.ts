import { Component, computed, inject, input, output, signal } from '@angular/core';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { AGENT_CHOICES, type AgentChoice } from '@icmp-mon/commands/contract';
import { CommandsClient } from '@icmp-mon/commands/ui';
import { Session } from '@icmp-mon/identity/ui';
import { keepLast, newRequestKey, problemText, SentRequest } from '@icmp-mon/platform/ui-kit';

const CHOICES: Readonly<Record<AgentChoice | 'chosen', string>> = {
  assigned: 'agents selected for the target',
  one_per_region: 'one agent per region',
  one_per_provider: 'one agent per provider',
  all: 'all agents',
  chosen: 'chosen agents',
};

/** Requests traces from chosen agents. */
@Component({
  selector: 'icm-trace-run-form',
  template: `
    <form novalidate aria-label="Trace now" data-testid="run-form" (submit)="sendCommand($event)">
      @if (refusal(); as text) {
        <p class="refused" role="alert" data-testid="run-refused">{{ text }}</p>
      }
      <label>
        <span>Trace now from</span>
        <select class="select-field" data-testid="run-choice" (change)="changeChoice($event)">
          @for (each of choices(); track each) {
            <option [value]="each" [selected]="each === choice()">{{ texts[each] }}</option>
          }
        </select>
      </label>
      @if (choice() === 'chosen') {
        <fieldset>
          <legend class="for-screen-readers">Agents</legend>
          @for (agent of agents(); track agent.id) {
            <label>
              <input
                type="checkbox"
                [attr.data-testid]="'run-from-' + agent.name"
                [checked]="chosenAgents().includes(agent.id)"
                (change)="toggleAgent(agent.id)"
              />
              <span>{{ agent.name }}</span>
              <span class="quiet"
                >{{ agent.region }}{{ agent.connection === 'connected' ? '' : ', ' + agent.connection }}</span
              >
            </label>
          } @empty {
            <p class="quiet">No agents in service.</p>
          }
        </fieldset>
      }
      <button
        type="submit"
        class="button button-primary"
        data-testid="send-run"
        [disabled]="sent.isBusy() || isEmpty()"
      >
        {{ sent.isBusy() ? 'Sending…' : 'Run' }}
      </button>
    </form>
  `,
  styles: `
    form,
    label,
    fieldset {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 8px 12px;
    }
    label {
      min-height: 28px;
    }
    fieldset {
      flex-basis: 100%;
      max-height: 160px;
      margin: 0;
      padding: 0;
      overflow-y: auto;
      border: 0;
    }
    .refused {
      flex-basis: 100%;
    }
    /* One line, so that the verdict stays in view. */
    @media (max-width: 640px) {
      form {
        flex-basis: 100%;
      }
      form > label {
        flex: 1 1 0;
        flex-wrap: nowrap;
        min-width: 0;
      }
      select {
        flex: 1 1 0;
        min-width: 0;
      }
    }
  `,
})
export class TraceRunForm {
  /** Id of the target. */
  readonly target = input.required<string>();
  /** Id of the command that was requested. */
  readonly requested = output<string>();
  private readonly client = inject(CommandsClient);
  private readonly session = inject(Session);
  private readonly fleet = keepLast(inject(AgentsClient).listAgents());
  protected readonly texts = CHOICES;
  protected readonly choice = signal<AgentChoice | 'chosen'>('assigned');
  protected readonly chosenAgents = signal<readonly string[]>([]);
  /** A user with a scope uses the agents that are selected for the target. */
  protected readonly choices = computed(() => {
    const values: (AgentChoice | 'chosen')[] = this.session.scope() === null ? [...AGENT_CHOICES] : ['assigned'];
    if (this.session.may('agents:read')) values.push('chosen');
    return values;
  });
  protected readonly agents = computed(() =>
    (this.fleet.value()?.items ?? []).filter(({ state }) => state === 'active' || state === 'draining'),
  );
  protected readonly isEmpty = computed(() => this.choice() === 'chosen' && this.chosenAgents().length === 0);
  protected readonly sent = new SentRequest();
  protected readonly refusal = computed(() => {
    const problem = this.sent.problem();
    return problem === null ? null : problemText(problem);
  });

  protected changeChoice(event: Event): void {
    const { value } = event.target as HTMLSelectElement;
    this.choice.set(this.choices().find((each) => each === value) ?? 'assigned');
  }

  protected toggleAgent(id: string): void {
    this.chosenAgents.update((ids) => (ids.includes(id) ? ids.filter((each) => each !== id) : [...ids, id]));
  }

  protected async sendCommand(event: Event): Promise<void> {
    event.preventDefault();
    const choice = this.choice();
    const from = choice === 'chosen' ? { agents: [...this.chosenAgents()] } : { choice };
    await this.sent.sendRequest(async () => {
      const { id } = await this.client.requestCommand({ kind: 'mtr', target: this.target(), ...from }, newRequestKey());
      this.requested.emit(id);
    });
  }
}
