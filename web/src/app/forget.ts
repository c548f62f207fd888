/** What is kept outside the query cache says here how it is emptied. */
const forgetters = new Set<() => void>();

export const onForget = (forget: () => void): void => void forgetters.add(forget);

export const forgetAll = (): void => forgetters.forEach((forget) => forget());
