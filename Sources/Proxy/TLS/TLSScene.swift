import COpenSSL

/// What the callbacks of contexts look at and write to during a call of one worker's port.
///
/// Sound because the port's thread alone uses it, and frees it after every session that points to it.
@safe struct TLSScene {
    /// Of the client whose bytes are being opened.
    var bind = TLSBindSnapshot()
    private var places: UnsafeMutablePointer<Place>

    /// A session that a server offered, for the next connection to it.
    @safe private struct Place: BitwiseCopyable {
        var key: Int
        var session: OpaquePointer?
    }

    /// Servers share places, so that what is kept is bounded; who comes later wins.
    private static let count = 1024

    init() {
        unsafe places = ZeroedMemory.allocate(Self.count, of: Place.self)
    }

    func free() {
        for index in 0..<Self.count { unsafe SSL_SESSION_free(places[index].session) }
        unsafe ZeroedMemory.free(places)
    }

    /// Tells sessions of one server with one set of keywords from all others; 0 for one that is not resumed.
    static func key(of server: TLSServerSnapshot, slot: UInt32) -> Int {
        server.resumes && !server.namesClient ? Int(server.number) << 32 | Int(slot) : 0
    }

    private static func index(of key: Int) -> Int { (key ^ key >> 32) & (count - 1) }

    /// Lets a connection that is about to begin go on with the session before it.
    @inline(never)
    func resume(_ session: OpaquePointer, key: Int) {
        guard key != 0 else { return }
        unsafe tls_set_number(session, TLSTrouble.linePlace, key)
        let place = unsafe places[Self.index(of: key)]
        guard place.key == key, let known = unsafe place.session,
            unsafe SSL_SESSION_is_resumable(known) == 1
        else { return }
        unsafe SSL_set_session(session, known)
    }

    /// Keeps what a server offers: the callback of contexts that connect; 1 takes it over.
    static func keep(_ session: OpaquePointer?, _ offered: OpaquePointer?) -> Int32 {
        guard let session = unsafe session, let data = unsafe tls_session_data(session) else {
            return 0
        }
        let key = unsafe tls_number(session, TLSTrouble.linePlace)
        guard key != 0 else { return 0 }
        let places = unsafe data.assumingMemoryBound(to: TLSScene.self).pointee.places
        let index = Self.index(of: key)
        unsafe SSL_SESSION_free(places[index].session)
        unsafe places[index] = Place(key: key, session: offered)
        return 1
    }
}
