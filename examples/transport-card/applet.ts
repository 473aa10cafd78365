/** The simulated card of `specification.json`: a purse that is loaded at a terminal and pays for journeys. */

import { type ApplicationSpec, accessNameOf, encodeData, SW } from '../../apdu/index.js';
import {
  type Application,
  ApplicationState,
  CARD_ATR,
  type CardKind,
  type CardOs,
  fileHandlers,
  fileSelectionHandlers,
  type Handler,
  InstalledApplication,
  refuse,
} from '../../applet/index.js';

/** 500.00. */
const BALANCE_LIMIT_CENTS = 50_000;

type Journey = { readonly time: number; readonly stop: Uint8Array; readonly fare: number };
type Load = { readonly amount: number; readonly terminal: Uint8Array };
type Personalisation = { readonly pin?: Uint8Array; readonly loadCode?: Uint8Array };
type PinName = 'holder' | 'loadCode';
/** The meanings of P2 in VERIFY. */
const PINS: Readonly<Record<string, PinName>> = { 'holder PIN': 'holder', 'load code': 'loadCode' };

/** The card for a specification that `parseSpecification` has read. */
export function cardKind(spec: ApplicationSpec): CardKind {
  return { atr: CARD_ATR, spec, makeApplication: (os) => makeTransportApplication(os, spec) };
}

function makeTransportApplication(os: CardOs, spec: ApplicationSpec): Application {
  const state = new ApplicationState<PinName>(os, spec, ['holder', 'loadCode']);
  const balance = os.memory.field('balance', 4);
  const journeys = spec.files.journeys!;
  const files = fileHandlers(os);
  const answer = () => ({ balance: balance.value });

  const handlers: Readonly<Record<string, Handler>> = {
    ...fileSelectionHandlers(os),
    readJourney: files.readRecord,

    verify({ p2, data }: { readonly p2: string; readonly data: Uint8Array }) {
      const name = PINS[p2]!;
      const access = accessNameOf(name, spec.pins[name]!);
      state.pins[name].assertLength(data);
      os.security.revokePin(access);
      state.pins[name].check(data);
      os.security.grantPin(access);
    },

    getBalance: answer,

    load({ data }: { readonly data: Load }) {
      if (balance.value + data.amount > BALANCE_LIMIT_CENTS) refuse(SW.conditionsNotSatisfied);
      balance.value += data.amount;
      return answer();
    },

    ride({ data }: { readonly data: Journey }) {
      if (data.fare > balance.value) refuse(SW.conditionsNotSatisfied);
      const record = encodeData({ kind: 'template', template: journeys.content! }, data);
      os.nvm.atomically(() => {
        balance.value -= data.fare;
        os.files.records(journeys).append(record);
      });
      return answer();
    },

    storeData({ data }: { readonly data: Personalisation }) {
      os.nvm.atomically(() => {
        if (data.pin) state.pins.holder.set(data.pin);
        if (data.loadCode) state.pins.loadCode.set(data.loadCode);
      });
    },

    activate() {
      if (!state.pins.holder.isSet || !state.pins.loadCode.isSet) refuse(SW.conditionsNotSatisfied);
      state.lifeCycle = 'operational';
    },

    terminate() {
      state.lifeCycle = 'terminated';
    },
  };
  return new InstalledApplication(spec, handlers, state, undefined);
}
