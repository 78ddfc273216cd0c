// The icons the screens use, by their name in @tabler/icons (outline). One line a subject; keep it sorted inside.
export const ICONS = [
  "home", "menu-2", "search", "user", "users", "users-group", "user-plus", "user-minus", "user-check", "logout", "login",
  "map-pin", "map", "sitemap", "building-community", "home-2", "friends", "id", "book", "notebook", "list-check", "list-details", "table",
  "chart-bar", "chart-line", "report-analytics", "target", "adjustments", "filter", "sort-ascending", "columns-3",
  "file-import", "file-export", "file-spreadsheet", "upload", "download", "printer", "copy", "photo", "camera", "qrcode",
  "check", "x", "plus", "minus", "edit", "trash", "eye", "eye-off", "lock", "key", "shield-check", "history", "clock",
  "calendar", "calendar-event", "alert-triangle", "info-circle", "circle-check", "circle-x", "help-circle", "refresh",
  "chevron-down", "chevron-left", "chevron-right", "chevron-up", "arrow-left", "arrow-right", "arrows-split-2",
  "arrow-merge", "transfer", "crown", "sun", "moon", "language", "settings", "server", "cloud-download", "external-link",
  "coin", "receipt", "droplet", "bowl", "shirt", "school", "stethoscope", "building-cottage", "dots", "database", "activity",
];
