import type { SubjectSession } from "@coatcheck/core";
import { type Mistake, noting, type Store, wait } from "./mistake.ts";

const OTHER_PEOPLE = /SEC-24 takes any subject for nobody but that one/;

/** Indexes that find too much, or too little. */
export const SUBJECTS: Readonly<Record<string, Mistake>> = {
  "a collation that ignores case": { spoil: indexedBy((name) => name.toLowerCase()), noticed: OTHER_PEOPLE },
  "a collation that ignores spaces at the end": { spoil: indexedBy((name) => name.trimEnd()), noticed: OTHER_PEOPLE },
  "an index of normalised names": { spoil: indexedBy((name) => name.normalize()), noticed: OTHER_PEOPLE },
  "an index of the first 191 characters": { spoil: indexedBy((name) => name.slice(0, 191)), noticed: OTHER_PEOPLE },
  "an index of the first 255 characters": { spoil: indexedBy((name) => name.slice(0, 255)), noticed: OTHER_PEOPLE },
  "an index of numbers": {
    spoil: indexedBy((name) => (Number.isNaN(Number(name)) || name.trim() === "" ? name : `${Number(name)}`)),
    noticed: OTHER_PEOPLE,
  },
  "an index that matches the beginning of a name": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except) => {
        let count = 0;
        for (const name of [subject, `${subject}2`, `${subject}%`]) count += await store.deleteBySubject(name, except);
        return count;
      },
    }),
    noticed: OTHER_PEOPLE,
  },
  "a subject that is empty for those without one": {
    spoil: (store) => {
      const { create, listBySubject } = { ...store, ...indexedBy((name) => name)(store) };
      const nobodys: string[] = [];
      return {
        create: (key, session) => {
          if (session.subject === undefined) nobodys.push(key);
          return create(key, session);
        },
        listBySubject: async (subject) => (subject === "" ? entriesOf(store, nobodys) : listBySubject(subject)),
      };
    },
    noticed: /SEC-24 counts a session that is nobody's/,
  },
  "an index without what it costs a look-up to tell": {
    spoil: (store) => ({
      listBySubject: async (subject) =>
        (await store.listBySubject(subject)).map(({ key, session: { authenticatedAt: _, ...session } }) => ({
          key,
          session,
        })),
    }),
    noticed: /SEC-24 lists the sessions of a subject, and of no other/,
  },
  "an index that spares nobody": {
    spoil: (store) => ({ deleteBySubject: (subject) => store.deleteBySubject(subject) }),
    noticed: /SEC-24 ends all sessions of a subject but one/,
  },
  "an exception that is a pattern": {
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
    noticed: /SEC-24 spares nobody for the sake of what is no key/,
  },
  "an index that forgets nothing": {
    spoil: (store) => {
      const ever = new Map<string, SubjectSession>();
      return {
        create: (key, session) => {
          ever.set(key, { key, session });
          return store.create(key, session);
        },
        listBySubject: async (subject) => [...ever.values()].filter(({ session }) => session.subject === subject),
      };
    },
    noticed: /forgets a session that ended|as it is now|takes what it removed out of the subject index/,
  },
  "an index that never asks whose session it finds": {
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
    noticed: /never lists for one what has become another's/,
  },
  "a list of one page": {
    spoil: (store) => ({ listBySubject: async (subject) => (await store.listBySubject(subject)).slice(0, 100) }),
    noticed: /lists and ends 120 sessions/,
  },
  "a revocation of one page": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except) => {
        const page = (await store.listBySubject(subject)).filter(({ key }) => key !== except).slice(0, 100);
        for (const { key } of page) await store.delete(key);
        return page.length;
      },
    }),
    noticed: /lists and ends 120 sessions/,
  },
  "an index in each process": {
    spoil: indexedBy((name) => name),
    betweenConnections: true,
    noticed: /by one connection what the other created/,
  },
  "a revocation that only counts": {
    spoil: (store) => ({ deleteBySubject: async (subject) => (await store.listBySubject(subject)).length }),
    noticed: /SEC-24 leaves no login unlisted that/,
  },
  "a subject that is closed by a revocation": {
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
    noticed: /unlisted that .* at its (load|create)|unlisted that eve was making, at its delete/,
  },
  "an index that a revocation clears as a whole": {
    spoil: (store) => {
      const keys = new Map<string, Set<string>>();
      let created = (): void => undefined;
      return {
        create: async (key, session) => {
          const name = session.subject ?? "";
          keys.set(name, (keys.get(name) ?? new Set()).add(key));
          created();
          return store.create(key, session);
        },
        listBySubject: (subject) => entriesOf(store, keys.get(subject) ?? []),
        deleteBySubject: async (subject) => {
          let count = 0;
          for (const key of [...(keys.get(subject) ?? [])]) count += (await store.delete(key)) === "ok" ? 1 : 0;
          // Until another login is in between, if one comes: on a machine that is busy it may come late.
          await Promise.race([
            new Promise<void>((resolve) => (created = resolve)),
            new Promise((resolve) => setTimeout(resolve, 100)),
          ]);
          keys.delete(subject);
          return count;
        },
      };
    },
    noticed: /unlisted of many, with many revocations|lists each session that is left, and has counted/,
  },
  "a revocation that counts what it meant to end": {
    spoil: (store) => ({
      deleteBySubject: async (subject, except) => {
        const { length } = await store.listBySubject(subject);
        await wait();
        await store.deleteBySubject(subject, except);
        return length;
      },
    }),
    noticed: /counts each session once when two end all/,
  },
};

/** An index of its own, in which names count as the same that are folded alike. */
function indexedBy(fold: (name: string) => string): (store: Store) => Partial<Store> {
  return (store) => {
    const { keys, create } = noting(store);
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
