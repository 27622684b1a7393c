import CDeflate

/// The versions of the libraries that this module runs with.
package enum LinkedVersions {
    /// libcurl and what it was built with, as it names itself: `libcurl/7.88.1 OpenSSL/3.0.22 zlib/1.2.13 …`.
    package static var curl: String { CurlLibrary.version }

    /// libdeflate, by its header: the library does not name itself.
    package static var deflate: String { "libdeflate/\(LIBDEFLATE_VERSION_STRING)" }
}
