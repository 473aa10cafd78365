/** Joining the doctors' group (eq. 3, 4) and signing as some member of it (eq. 7, 9, 10). */

import {
  type AlgorithmSpec,
  bytesToUtf8,
  encodeHpkeInfo,
  encodeTemplate,
  equalBytes,
  FIELD,
  type GroupSuite,
  groupSuiteById,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  STATEMENT,
  type Statement,
  SW,
} from '../../apdu/index.js';
import {
  acceptCredential,
  groupSchemeOf,
  openEnvelope,
  requestMembership,
  signGroup,
} from '../crypto/index.js';
import type { ApplicationState } from '../os/application-state.js';
import type { CardOs } from '../os/card-os.js';
import { parseOrRefuse } from '../os/statement-input.js';
import { signStatement, verifyStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import type { ProfessionalMemory } from './professional-memory.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

const NO_AAD = new Uint8Array(0);

/** The statement that an algorithm of the group signature signs. */
const GROUP_STATEMENTS: Readonly<Record<string, Statement>> = {
  visitConfirmation: STATEMENT.visitConfirmation,
  newRecord: STATEMENT.newRecord,
  prescription: STATEMENT.prescription,
};

export function groupMembershipHandlers(os: CardOs, state: ApplicationState, memory: ProfessionalMemory) {
  const { coprocessor, nvm, ram } = os;
  const { group, keys } = memory;

  /** The next value of the counter, written before it is used. */
  const nextCounter = (): number => {
    const value = group.counter.value + 1;
    group.counter.value = value;
    return value;
  };

  const currentSuite = (): GroupSuite =>
    groupSuiteById(group.suite.value) ?? refuse(SW.conditionsNotSatisfied);

  return {
    joinRequest({ data }: RequestOf<Commands['joinRequest']>) {
      const suite = groupSuiteById(data.suite) ?? refuse(SW.functionNotSupported);
      const ready =
        !keys.signing.secret.isEmpty && !keys.decryption.secret.isEmpty && !memory.doctorId.isEmpty;
      if (!ready || !group.credential.isEmpty) refuse(SW.conditionsNotSatisfied);
      const doctorId = memory.doctorId.read();
      const { nonce, groupKeyHash } = data;
      const counter = nextCounter();
      const made = requestMembership(coprocessor, suite, { nonce, doctorId, groupKeyHash, counter });
      nvm.atomically(() => {
        group.suite.value = suite.id;
        group.keyHash.write(groupKeyHash);
        group.nonce.write(nonce);
        group.secretKey.write(made.secretKey);
        group.membershipKey.write(made.membershipKey);
      });
      made.secretKey.fill(0);
      const { membershipKey, proof: membershipProof } = made;
      const fields = encodeTemplate(STATEMENT.doctorRegistration.fields, {
        doctorId: bytesToUtf8(doctorId),
        nonce,
        groupKeyHash,
        membershipKey,
        membershipProof,
        decryptionKey: keys.decryption.public.read(),
      });
      const signature = signStatement(
        coprocessor,
        keys.signing.secret.read(),
        STATEMENT.doctorRegistration,
        fields,
      );
      return { membershipKey, membershipProof, signature };
    },

    joinComplete({ data }: RequestOf<Commands['joinComplete']>) {
      const open = !group.secretKey.isEmpty && group.credential.isEmpty;
      const suite = currentSuite();
      const sameJoin =
        data.suite === suite.id &&
        equalBytes(data.nonce, group.nonce.read()) &&
        equalBytes(data.groupKeyHash, group.keyHash.read());
      if (!open || !sameJoin) refuse(SW.conditionsNotSatisfied);
      const membershipKey = group.membershipKey.read();
      const { signature, ...signed } = data;
      const fields = encodeTemplate(STATEMENT.credential.fields, { ...signed, membershipKey });
      const issuerKey = memory.issuerKey.read();
      if (!verifyStatement(coprocessor, issuerKey, STATEMENT.credential, fields, signature))
        refuse(SW.incorrectData);
      const accepted = acceptCredential(coprocessor, suite, {
        freshness: data.nonce,
        groupKeyHash: data.groupKeyHash,
        membershipKey,
        credential: data.groupCredential,
      });
      if (!accepted.ok) return refuse(SW.incorrectData);
      const hintKey = openHintKey(suite, data.messageId, data.sealedHintKey);
      nvm.atomically(() => {
        group.epoch.value = data.epoch;
        group.credential.write(accepted.credential);
        group.hintKey.write(hintKey);
      });
      hintKey.fill(0);
      return undefined;
    },

    computeSignature({ data }: RequestOf<Commands['computeSignature']>) {
      const algorithm = state.permittedAlgorithm();
      if (group.credential.isEmpty) refuse(SW.conditionsNotSatisfied);
      const suite = currentSuite();
      const { domain, fields } = groupStatement(algorithm);
      const statement = ram.keep(encodeTemplate(fields, parseOrRefuse(fields, data)));
      const counter = nextCounter();
      const member = {
        secretKey: ram.keep(group.secretKey.read()),
        // not kept in RAM: its points are operands that the coprocessor copies into its scratch one by one
        credential: group.credential.read(),
        hintKey: ram.keep(group.hintKey.read()),
        groupKeyHash: ram.keep(group.keyHash.read()),
        epoch: group.epoch.value,
      };
      const groupSignature = signGroup(coprocessor, suite, member, { domain, statement }, counter);
      if (!groupSignature) return refuse(SW.conditionsNotSatisfied);
      return { suite: suite.id, epoch: member.epoch, groupSignature: ram.keep(groupSignature) };
    },
  };

  /** K_i, or nothing in a scheme that has no use for it; the issuer sends one exactly where there is. */
  function openHintKey(suite: GroupSuite, messageId: Uint8Array, sealed: Uint8Array | undefined): Uint8Array {
    if (groupSchemeOf(suite).usesHintKey !== (sealed !== undefined)) refuse(SW.incorrectData);
    if (sealed === undefined) return new Uint8Array(0);
    const recipient = memory.doctorId.read();
    const info = encodeHpkeInfo({ equation: 4, sender: 'nhi', recipient, messageId });
    const pair = { secretKey: keys.decryption.secret.read(), publicKey: keys.decryption.public.read() };
    const hintKey = openEnvelope(coprocessor, pair, sealed, info, NO_AAD);
    pair.secretKey.fill(0);
    return hintKey?.length === FIELD.hintKey.max ? hintKey : refuse(SW.incorrectData);
  }
}

function groupStatement(algorithm: AlgorithmSpec): Statement {
  return GROUP_STATEMENTS[algorithm.id] ?? refuse(SW.conditionsNotSatisfied);
}
