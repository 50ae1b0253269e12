/// Certificates that sign themselves, with their keys, made once with `openssl req -x509` and good for a century.
enum TestCertificates {
    /// a.example, ECDSA P-256.
    static let first = """
        -----BEGIN CERTIFICATE-----
        MIIBlDCCATugAwIBAgIUCSbpnhNfh7Bdfcki20VgqTX7ZmIwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMzE1MTE0MVoYDzIxMjYxMDMw
        MTUxMTQxWjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAQkc1bTTRU2REQptO8J4ePms7hP+mVTAkonPILJfc94yFNCMknCa0cg
        137nKKpixEntQsMjOkmIYh+61uef1P9to2kwZzAdBgNVHQ4EFgQU8DD7C2CfG1XP
        tvx9EQZKKyCFabMwHwYDVR0jBBgwFoAU8DD7C2CfG1XPtvx9EQZKKyCFabMwDwYD
        VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglhLmV4YW1wbGUwCgYIKoZIzj0EAwID
        RwAwRAIgWsPSmSb+TATV2fZyucZIXGkA0+VGHBju9Wa/ziT5mUECIFHNc75pb1QL
        zPcNmCChssf/1IlcoocgIQHRrYh78uZQ
        -----END CERTIFICATE-----
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgz8PWR/nWwkVIyfAH
        PZvg5fn15obbJxo7mGUNnrVNaR+hRANCAAQkc1bTTRU2REQptO8J4ePms7hP+mVT
        AkonPILJfc94yFNCMknCa0cg137nKKpixEntQsMjOkmIYh+61uef1P9t
        -----END PRIVATE KEY-----

        """

    /// b.example and *.b.example, ECDSA P-256.
    static let wildcard = """
        -----BEGIN CERTIFICATE-----
        MIIBozCCAUigAwIBAgIUM+VARoYMk6Kit088Q4SxGFu5WHMwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYi5leGFtcGxlMCAXDTI2MTEyMzE1MTE0MVoYDzIxMjYxMDMw
        MTUxMTQxWjAUMRIwEAYDVQQDDAliLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAARQ4Du8ageA/rFLRcbAV0j3X7ecj7kCoq72sw8XAfraxVa2yB/0Z4mY
        HE1zUO2gl/CixkFLocwXuE9KswsHgr3po3YwdDAdBgNVHQ4EFgQUjnL7UkyWw7bQ
        UQJJ2ztGzzbS2T4wHwYDVR0jBBgwFoAUjnL7UkyWw7bQUQJJ2ztGzzbS2T4wDwYD
        VR0TAQH/BAUwAwEB/zAhBgNVHREEGjAYggliLmV4YW1wbGWCCyouYi5leGFtcGxl
        MAoGCCqGSM49BAMCA0kAMEYCIQDNhfL8QqLkG8X2oMFzurYIKn5p9mnAhNk/4wdM
        T1UFbQIhAMh4NpYfsh+b14Pb6UJGeMnU2FG4NTRAoXJu7wDme8D0
        -----END CERTIFICATE-----
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgFBuzOxUi0IpQ7d0T
        MQu/+S0l68WwmRmK6E/2txYbTWKhRANCAARQ4Du8ageA/rFLRcbAV0j3X7ecj7kC
        oq72sw8XAfraxVa2yB/0Z4mYHE1zUO2gl/CixkFLocwXuE9KswsHgr3p
        -----END PRIVATE KEY-----

        """

    /// a.example, RSA 2048.
    static let rsa = """
        -----BEGIN CERTIFICATE-----
        MIIDITCCAgmgAwIBAgIUHcFZJIlaQ3AcztJWr011zLl7ENMwDQYJKoZIhvcNAQEL
        BQAwFDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMzE1MTE0MloYDzIxMjYx
        MDMwMTUxMTQyWjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwggEiMA0GCSqGSIb3DQEB
        AQUAA4IBDwAwggEKAoIBAQDAJ4umX0D7gi6I/KsO/pvobEcCHa5MD7ZW3Tbblq4t
        rcToR8zo/Q5tyKXyiJF8s5I79hkHpeM2E4RTMfBAmNWtUnIVoczY3q3H5rqg/+am
        NKr9JNt5rtBAU/JAOv6/0GqbnAuCkQB2ZZS0MxYxhB5wbYGvYbX46nxeCZwoWBbL
        PeyAsRICAeYtIwfhr/LzO3wN2mdS9t6RUKykMDWd2zdcJbhZpL8LzdB82uumi8xA
        MIC75/ODbI7l+mvpDMy3nvUmOQaCN8yRSaiFeBZvrg9xFPVsngoLSG5aLzvFEJD2
        o886bxMjjLs91oj/yHSW9nlGrwCRsp/LiFYUyB2kM9vDAgMBAAGjaTBnMB0GA1Ud
        DgQWBBS6PUglRiF3bLAlxjyvFdnXD64ZYDAfBgNVHSMEGDAWgBS6PUglRiF3bLAl
        xjyvFdnXD64ZYDAPBgNVHRMBAf8EBTADAQH/MBQGA1UdEQQNMAuCCWEuZXhhbXBs
        ZTANBgkqhkiG9w0BAQsFAAOCAQEAFKFNssX1DqeruD5CCNvCEL+qCzTTHmN2U1QR
        XzHPlyEIPb7/jLLTMuptHxRvLjsxLPDI/gl5mlIYHU4ata7BTWUM/gy8g8wm4G1d
        hWNoLk91NF7LLJDh1swa0XDxKnXhW0ikfIA9wpsBP8exuQi9AKzJCrQ43VcIv46c
        kqieZ16uBh4xzXZn3q5BHFilMqnwSkpzPARfEZRe6abecbLymj9eqYXDD90T/l6h
        csTrTjewdL68l9TDORafDPG6PW6yq1RBx6cG+Sk+sw+zzJ6CWaNo8zEUmxRb+DX2
        jYg/MjiTl2DwqlLq/IilruIIDl5bkI1iXMKagLGFPLnufUh7qw==
        -----END CERTIFICATE-----
        -----BEGIN PRIVATE KEY-----
        MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQDAJ4umX0D7gi6I
        /KsO/pvobEcCHa5MD7ZW3Tbblq4trcToR8zo/Q5tyKXyiJF8s5I79hkHpeM2E4RT
        MfBAmNWtUnIVoczY3q3H5rqg/+amNKr9JNt5rtBAU/JAOv6/0GqbnAuCkQB2ZZS0
        MxYxhB5wbYGvYbX46nxeCZwoWBbLPeyAsRICAeYtIwfhr/LzO3wN2mdS9t6RUKyk
        MDWd2zdcJbhZpL8LzdB82uumi8xAMIC75/ODbI7l+mvpDMy3nvUmOQaCN8yRSaiF
        eBZvrg9xFPVsngoLSG5aLzvFEJD2o886bxMjjLs91oj/yHSW9nlGrwCRsp/LiFYU
        yB2kM9vDAgMBAAECggEAExa6nkv/Kh0cH1quaZ5sgZHkGfc13fN/ozB1pynYYsxM
        7+BWIF0nRku1BJuBjHhQUimYAfT+VdxpfFRNMDWeoIm8sJ5yuaahb+bhamYRlThN
        NjmnnfZ6VLGiMrRJo2eCd7PwRse92oUr2RzsGv4rgfK2++PCjphIw5TD0RQzK3xu
        e6E1FHyMNAW0J/UaMeaqA7KgUqrj5NdZStQbAqSIORfkOUrBtV2Xu1jGdQUSt/TU
        nGu47+ioAUkV+uuuoa92NdY82UDv368Xh3sBt7ZhMbfNtAji2Z/BMfHYfhTJTWUN
        hhfFrW0DT24tjlmqOqYustFy2FrjnCPcJlMFC/fTfQKBgQD4sxFUGFsyD1gYNNsj
        uErTzxxDnrBeBxwt5lokIQjlKDHPgZoX1+YVA6aIDtiJjadJ1CwhgsQRRleLSc/z
        7qfmebwxiggSvCC0ZxfskovFaHVWmoU2WMQjIpKQHYWvNFj7sHlTMIEjTDOiaHWs
        wz80CyUXpHA/35CnpUQr8TPC5QKBgQDFy41Z2kCAJpqzrzg/HkfQ1HPIT3emrBcd
        8hkT6m1trvbdplw0f5Eapw2CGBoigw3IbDaHAxeno/U+o3VUW1WMzdqG28QFOeHf
        UKBoCp/nc6zf7FIVPsVgmZ5D97UO7ojCoAbxMPfxf/qqfNoAsVA8SXjlprVArhPI
        2iXGck1xhwKBgEUK4VqpUFf7bod51QR7mzpmGwCiw2+3JZmQg6HYEfIcUIe9ARxx
        cYyP8OGAzZiSXMjgQEglV208S/19Rl//91jCnv5ZxZf95k5u+HNS077AGyMpzqWh
        ywG+DVY4++4B6FonSedQZel4tDT4LwMBSUCXf3qqygbReAUymlRgp/AJAoGBAIoj
        EMLx5B4b1+spsjSSp0E3Pu1kYoHqqfJmBBGepXH2wb4m0zpu5R4iERMMViRINrYE
        rUg5ZqnTnhFzAxw49VRy5+1LSmkD9bWKj5xZ3zc72D5Cw0jHH/3JC3kYZEDbYnPa
        Yz7LHj5xTNUIgQ/+xbR085Qfi3JyoKqjf8JKTb+9AoGAardn3ZS3XkLX8YUN2NlN
        yXglr0j7zNFoygw5RQiSrDGYO2yTwmVzLOcVkJiMwX/yqMQ0kjrUL47ZkQbPb/KW
        kGW1ujIq9N3NjtxCcFfAxYeYmT+GKIRhkkeidreHa9mODuZp33shkJxMptbYVv3I
        qIRBldbdPj9J9xKj8CZunS8=
        -----END PRIVATE KEY-----

        """

    /// a.example again, with another key.
    static let renewed = """
        -----BEGIN CERTIFICATE-----
        MIIBljCCATugAwIBAgIUTGgLeSomVtRknZRvt5bumUZTjAMwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYS5leGFtcGxlMCAXDTI2MTEyMzE1MTE0MloYDzIxMjYxMDMw
        MTUxMTQyWjAUMRIwEAYDVQQDDAlhLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAATfzPamI0DI9EXS41mVDpoX4oop2bJb4znYFu/Evy11mi/FLZTn9HWX
        /6fNblwYKuelQUv7zmAob7anMg52XmLWo2kwZzAdBgNVHQ4EFgQUywBK0owNtYbR
        gTrZrOAw2Kb8lWowHwYDVR0jBBgwFoAUywBK0owNtYbRgTrZrOAw2Kb8lWowDwYD
        VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglhLmV4YW1wbGUwCgYIKoZIzj0EAwID
        SQAwRgIhAJTJYNKoUPyxb0yqkREbrH14iLJr77gYgu9FCsPrzt3zAiEArEkP1g8x
        F9h3wSxik18KaelhqHwvFNEYYThzrdcQww0=
        -----END CERTIFICATE-----
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgOXY/ghDiIOGbb1f+
        vuv97MtWsyQ44j7MLrQeLWVWlgShRANCAATfzPamI0DI9EXS41mVDpoX4oop2bJb
        4znYFu/Evy11mi/FLZTn9HWX/6fNblwYKuelQUv7zmAob7anMg52XmLW
        -----END PRIVATE KEY-----

        """

    /// c.example, ECDSA P-256.
    static let other = """
        -----BEGIN CERTIFICATE-----
        MIIBlTCCATugAwIBAgIUJtvF38vYWXjISzi5NkOAuuIPPD4wCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJYy5leGFtcGxlMCAXDTI2MTEyMzE1MTE0MloYDzIxMjYxMDMw
        MTUxMTQyWjAUMRIwEAYDVQQDDAljLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAARSYRneS32SQITUHCuPutqxzpPPGXTocQGbDPsGUBGsnmZ4vKJYkKI/
        r8a5EAO65KxvzVESNZkFPwMgJTrlnb3ho2kwZzAdBgNVHQ4EFgQUzMXBrAYzG9nC
        X3VIh4BYGhAJmI8wHwYDVR0jBBgwFoAUzMXBrAYzG9nCX3VIh4BYGhAJmI8wDwYD
        VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALggljLmV4YW1wbGUwCgYIKoZIzj0EAwID
        SAAwRQIhAPy4mfqKQpU8GKIaYUHCF4JIIGxU97VDke561zOVW8rUAiBNVYu3U81z
        0d0XUWG+j38MTzTDKeLiECH5FAPoCZ6/wg==
        -----END CERTIFICATE-----
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsq9ExNeLfgXFryW/
        dXKvWiCdi0rm8eG9cgl06b0Xw0ihRANCAARSYRneS32SQITUHCuPutqxzpPPGXTo
        cQGbDPsGUBGsnmZ4vKJYkKI/r8a5EAO65KxvzVESNZkFPwMgJTrlnb3h
        -----END PRIVATE KEY-----

        """
}
