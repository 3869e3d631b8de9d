/**
 * Whether a value is a Cloudflare binding with these methods. Service bindings and Durable Object stubs pretend to have
 * every method, and calling one sends a request to a service. Their `fetch` gives them away.
 */
export function isBinding<Binding extends object>(
  value: unknown,
  methods: readonly (keyof Binding & string)[],
): value is Binding {
  if (typeof value !== "object" || value === null || "fetch" in value) return false;
  return methods.every((method) => typeof Reflect.get(value, method) === "function");
}
