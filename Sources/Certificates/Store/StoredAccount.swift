/// An account at an authority, as the store keeps it.
struct StoredAccount: Codable {
    /// The directory it belongs to: an account is worth nothing elsewhere.
    let directory: String
    /// Its address, once the authority told.
    var url: String?
    /// For the store alone.
    let key: String
}

/// Until when an authority must be left alone, as the store keeps it.
struct StoredHold: Codable {
    /// Seconds since 1970.
    let until: Int
}
