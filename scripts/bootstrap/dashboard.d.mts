export function dashboardIsStale(root: string): boolean
export function buildDashboard(root: string, node: string): Promise<void>
