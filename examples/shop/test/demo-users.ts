/** What Eve and Grace enter into a login form. */
export const eve = { username: "Eve", password: "secure123", theme: "dark" };
export const grace = { username: "Grace", password: "admin123", theme: "light" };
