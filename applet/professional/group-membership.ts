/** Joining the doctors' group (eq. 3, 4) and signing as some member of it (eq. 7, 9, 10). */

import {
  type AlgorithmSpec,
  bytesToUtf8,
  encodeTemplate,
  type GroupSuite,
  JOIN_MODE,
  type PROFESSIONAL_APPLICATION,
  type RequestOf,
  SCALAR_BYTES,
  STATEMENT,
  type Statement,
  SW,
} from '../../apdu/index.js';
import {
  couponBytes,
  type GroupMemberKey,
  requestMembership,
  type StatementToSign,
  signGroup,
  spendCoupon,
} from '../crypto/index.js';
import type { ApplicationState } from '../os/application-state.js';
import type { CardOs } from '../os/card-os.js';
import { parseOrRefuse } from '../os/statement-input.js';
import { signStatement } from '../os/statement-signature.js';
import { refuse } from '../runtime/status-error.js';
import { currentSuite, memberKey, nextCounter } from './group-key.js';
import { checkedCredential, suiteOfOpenJoin, suiteToJoin } from './joining.js';
import type { ProfessionalMemory } from './professional-memory.js';
import { openHintKey } from './sealed-keys.js';

type Commands = typeof PROFESSIONAL_APPLICATION.commands;

/** RAM of a hash and of the scalars while a coupon is spent. */
const SPENDING_SCRATCH_BYTES = 96 + 2 * SCALAR_BYTES;

/** The statement that an algorithm of the group signature signs. */
const GROUP_STATEMENTS: Readonly<Record<string, Statement>> = {
  visitConfirmation: STATEMENT.visitConfirmation,
  newRecord: STATEMENT.newRecord,
  prescription: STATEMENT.prescription,
  insuranceClaim: STATEMENT.insuranceClaim,
  emergencyRequest: STATEMENT.emergencyRequest,
};

export function groupMembershipHandlers(os: CardOs, state: ApplicationState, memory: ProfessionalMemory) {
  const { coprocessor, nvm, ram } = os;
  const { group, keys, coupons } = memory;

  /** A signature from the next coupon; `undefined` when none is left. */
  const withCoupon = (suite: GroupSuite, member: GroupMemberKey, signed: StatementToSign) => {
    for (;;) {
      // What follows must fit before the coupon is gone.
      const needed = couponBytes(suite) + suite.signatureBytes + SPENDING_SCRATCH_BYTES;
      ram.hold(needed, () => undefined);
      const coupon = coupons.take(suite, member.epoch, (bytes) => ram.keep(bytes));
      if (!coupon) return undefined;
      const spent = spendCoupon(coprocessor, suite, member, coupon, signed);
      if (spent.ok) return spent.signature;
    }
  };

  /** The whole signature at once: three multiplications. */
  const inFull = (suite: GroupSuite, member: GroupMemberKey, signed: StatementToSign) =>
    signGroup(coprocessor, suite, member, signed, nextCounter(memory)) ?? refuse(SW.conditionsNotSatisfied);

  return {
    joinRequest({ data }: RequestOf<Commands['joinRequest']>) {
      const suite = suiteToJoin(memory, data.suite);
      const doctorId = memory.doctorId.read();
      const { nonce, groupKeyHash } = data;
      const counter = nextCounter(memory);
      const made = requestMembership(coprocessor, suite, { nonce, doctorId, groupKeyHash, counter });
      nvm.atomically(() => {
        group.suite.value = suite.id;
        group.joinMode.value = JOIN_MODE['two-party'];
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
      const suite = suiteOfOpenJoin(memory, 'two-party', data);
      const membershipKey = group.membershipKey.read();
      const { signature, ...signed } = data;
      const credential = checkedCredential(os, memory, suite, {
        ...data,
        statement: STATEMENT.credential,
        fields: { ...signed, membershipKey },
        freshness: data.nonce,
        membershipKey,
      });
      const hintKey = openHintKey(os, memory, suite, data);
      nvm.atomically(() => {
        group.epoch.value = data.epoch;
        group.credential.write(credential);
        group.hintKey.write(hintKey);
      });
      hintKey.fill(0);
      return undefined;
    },

    computeSignature({ data }: RequestOf<Commands['computeSignature']>) {
      const algorithm = state.permittedAlgorithm();
      const suite = currentSuite(memory);
      const { domain, fields } = groupStatement(algorithm);
      const statement = ram.keep(encodeTemplate(fields, parseOrRefuse(fields, data)));
      const member = memberKey(memory, ram);
      const signed = { domain, statement };
      const groupSignature = withCoupon(suite, member, signed) ?? inFull(suite, member, signed);
      return { suite: suite.id, epoch: member.epoch, groupSignature: ram.keep(groupSignature) };
    },
  };
}

function groupStatement(algorithm: AlgorithmSpec): Statement {
  return GROUP_STATEMENTS[algorithm.id] ?? refuse(SW.conditionsNotSatisfied);
}
