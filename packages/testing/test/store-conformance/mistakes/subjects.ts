import type { SubjectSession } from "@coatcheck/core";
import { type Mistake, pause, recordingCreate, type Store } from "./mistake.ts";

const OTHER_SUBJECTS = /SEC-24 keeps similar subjects apart/;

/** Mistakes in the subject index: it finds too many sessions or too few. */
export const SUBJECTS: Readonly<Record<string, Mistake>> = {
  "a collation that ignores case": { spoil: indexedBy((name) => name.toLowerCase()), failing: OTHER_SUBJECTS },
  "a collation that ignores trailing spaces": { spoil: indexedBy((name) => name.trimEnd()), failing: OTHER_SUBJECTS },
  "an index of normalized subjects": { spoil: indexedBy((name) => name.normalize()), failing: OTHER_SUBJECTS },
  "an index of the first 191 characters": { spoil: indexedBy((name) => name.slice(0, 191)), failing: OTHER_SUBJECTS },
  "an index of the first 255 characters": { spoil: indexedBy((name) => name.slice(0, 255)), failing: OTHER_SUBJECTS },
  "an index of numbers": {
    spoil: indexedBy((name) => (Number.isNaN(Number(name)) || name.trim() === "" ? name : `${Number(name)}`)),
    failing: OTHER_SUBJECTS,
  },
  "an index that matches prefixes of subjects": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except) => {
        let count = 0;
        for (const name of [subject, `${subject}2`, `${subject}%`]) count += await store.deleteBySubject(name, except);
        return count;
      },
    }),
    failing: OTHER_SUBJECTS,
  },
  "an empty subject for sessions without one": {
    spoil: (store) => {
      const { create, listBySubject } = { ...store, ...indexedBy((name) => name)(store) };
      const anonymous: string[] = [];
      return {
        create: (key, session) => {
          if (session.subject === undefined) anonymous.push(key);
          return create(key, session);
        },
        listBySubject: async (subject) => (subject === "" ? entriesOf(store, anonymous) : listBySubject(subject)),
      };
    },
    failing: /SEC-24 finds sessions without a subject under no subject/,
  },
  "an index without all fields of a session": {
    spoil: (store) => ({
      listBySubject: async (subject) =>
        (await store.listBySubject(subject)).map(({ key, session: { authenticatedAt: _, ...session } }) => ({
          key,
          session,
        })),
    }),
    failing: /SEC-24 lists the sessions of one subject only/,
  },
  "a revocation that ignores its exception": {
    spoil: (store) => ({ deleteBySubject: (subject) => store.deleteBySubject(subject) }),
    failing: /SEC-24 ends all sessions of a subject except one/,
  },
  "a revocation whose exception is a prefix": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except = "none") => {
        let count = 0;
        for (const { key } of await store.listBySubject(subject)) {
          if (key.startsWith(except)) continue;
          count += (await store.delete(key)) === "ok" ? 1 : 0;
        }
        return count;
      },
    }),
    failing: /SEC-24 rejects an exception that is not a key/,
  },
  "an index that keeps ended sessions": {
    spoil: (store) => {
      const created = new Map<string, SubjectSession>();
      return {
        create: (key, session) => {
          created.set(key, { key, session });
          return store.create(key, session);
        },
        listBySubject: async (subject) => [...created.values()].filter(({ session }) => session.subject === subject),
      };
    },
    failing: /removes an ended session|in its latest state|removes swept sessions/,
  },
  "an index that does not compare the subject of the session": {
    spoil: (store) => {
      const keys = new Map<string, Set<string>>();
      return {
        create: (key, session) => {
          const name = session.subject ?? "";
          keys.set(name, (keys.get(name) ?? new Set()).add(key));
          return store.create(key, session);
        },
        listBySubject: (subject) => entriesOf(store, keys.get(subject) ?? []),
      };
    },
    failing: /ignores an old index entry/,
  },
  "a list of the first page": {
    spoil: (store) => ({ listBySubject: async (subject) => (await store.listBySubject(subject)).slice(0, 100) }),
    failing: /lists and ends 120 sessions/,
  },
  "a revocation of the first page": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except) => {
        const page = (await store.listBySubject(subject)).filter(({ key }) => key !== except).slice(0, 100);
        for (const { key } of page) await store.delete(key);
        return page.length;
      },
    }),
    failing: /lists and ends 120 sessions/,
  },
  "an index per connection": {
    spoil: indexedBy((name) => name),
    betweenConnections: true,
    failing: /sessions that another connection created/,
  },
  "a revocation that only counts": {
    spoil: (store) => ({ deleteBySubject: async (subject) => (await store.listBySubject(subject)).length }),
    failing: /SEC-24 ends or lists the login of/,
  },
  "a subject that stays empty after a revocation": {
    spoil: (store) => {
      const closed = new Set<string>();
      return {
        listBySubject: async (subject) => (closed.has(subject) ? [] : store.listBySubject(subject)),
        deleteBySubject: async (subject, except) => {
          if (closed.has(subject)) return 0;
          closed.add(subject);
          return store.deleteBySubject(subject, except);
        },
      };
    },
    failing: /the login of .* precedes its (load|create)|the login of a logged-in user .* its delete/,
  },
  "a revocation that clears the whole index": {
    spoil: (store) => {
      const keys = new Map<string, Set<string>>();
      let notifyCreated = (): void => undefined;
      return {
        create: async (key, session) => {
          const name = session.subject ?? "";
          keys.set(name, (keys.get(name) ?? new Set()).add(key));
          notifyCreated();
          return store.create(key, session);
        },
        listBySubject: (subject) => entriesOf(store, keys.get(subject) ?? []),
        deleteBySubject: async (subject) => {
          let count = 0;
          for (const key of [...(keys.get(subject) ?? [])]) count += (await store.delete(key)) === "ok" ? 1 : 0;
          // Waits until another login comes in between, if one comes.
          await Promise.race([
            new Promise<void>((resolve) => (notifyCreated = resolve)),
            new Promise((resolve) => setTimeout(resolve, 100)),
          ]);
          keys.delete(subject);
          return count;
        },
      };
    },
    failing: /ends or lists every one of many logins|lists every live session and counts/,
  },
  "a revocation that counts before it ends the sessions": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except) => {
        const { length } = await store.listBySubject(subject);
        await pause();
        await store.deleteBySubject(subject, except);
        return length;
      },
    }),
    failing: /counts each session once when two revocations run/,
  },
};

/** An index that equates subjects when `fold` returns the same for both. */
function indexedBy(fold: (name: string) => string): (store: Store) => Partial<Store> {
  return (store) => {
    const { keys, create } = recordingCreate(store);
    const listBySubject = async (subject: string): Promise<SubjectSession[]> =>
      (await entriesOf(store, keys)).filter(
        ({ session }) => session.subject !== undefined && fold(session.subject) === fold(subject),
      );
    return {
      create,
      listBySubject,
      deleteBySubject: async (subject, except) => {
        const found = (await listBySubject(subject)).filter(({ key }) => key !== except);
        for (const { key } of found) await store.delete(key);
        return found.length;
      },
    };
  };
}

async function entriesOf(store: Store, keys: Iterable<string>): Promise<SubjectSession[]> {
  const found: SubjectSession[] = [];
  for (const key of keys) {
    const session = await store.load(key);
    if (session !== null) found.push({ key, session });
  }
  return found;
}
