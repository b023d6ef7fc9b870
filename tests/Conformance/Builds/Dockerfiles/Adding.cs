using System.Formats.Tar;
using System.IO.Compression;
using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds.Dockerfiles;

/// <summary>ADD of archives.</summary>
internal static class Adding
{
    private static readonly byte[] Archive = Tar(
        Folder("in", "750"), File("in/x", "X", "640") with { Owner = (7, 8) }, Link("in/l", "x"),
        HardLink("in/h", "in/x") with { Mode = "640", Owner = (7, 8) }, File("top", "T", "4711"));

    // A tar of the file x with X in it, by xz -9 and bzip2.
    private static readonly byte[] Xz = Convert.FromBase64String(
        "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jM4Cf/AFpdADwAM1AYaImDAdzibiEFRld82HMHWioBJSs8wDOrC3XF62e6M9rEm4vqvV0Xa+b3V8TAgPD0wujDF4tkFWq4wJcIHwKJx6Iyp0WncIVgT92R8jfj" +
        "btHXccmQAAAAAKotOpiUQFKVAAF2gFAAAAAxhcVkscRn+wIAAAAABFla");

    private static readonly byte[] Bzip2 = Convert.FromBase64String(
        "QlpoOTFBWSZTWQJpA9gAAHZ7hMmAAEBgAGWAAEDgAJ5AAACACCAAVDSmnpMBMA9QRU0mgGQAdfe5zmiG1FRLStiW0yoVkqEBKO4Imrx6gZ/CN2+MaVFYjY2uSoJPyIgHRdyRThQkAJpA9gA=");

    public static readonly BuildCase[] All =
    [
        new("ADD of an archive unpacks it as it is", """
            FROM busybox
            ADD a.tar /to
            """)
        {
            Context = [File("a.tar", Archive)],
            Files = ["/to/ 755", "/to/in/ 750", "/to/in/h 640 7:8: X", "/to/in/l -> x", "/to/in/x = /to/in/h", "/to/top 4711: T"],
            Layers = 2,
        },

        new("ADD of a compressed archive, whatever its name", """
            FROM busybox
            ADD gz /gz/
            ADD xz /xz/
            ADD bz2 /bz2/
            """)
        {
            Context = [File("gz", Gzip(Tar(File("y", "Y")))), File("xz", Xz), File("bz2", Bzip2)],
            Files = ["/bz2/ 755", "/bz2/x 644: X", "/gz/ 755", "/gz/y 644: Y", "/xz/ 755", "/xz/x 644: X"],
            Layers = 4,
        },

        new("ADD of an archive into the working folder", """
            FROM busybox
            WORKDIR /work
            ADD a.tar .
            ADD a.tar sub
            """)
        {
            Context = [File("a.tar", Tar(File("x", "X")))],
            Config = ["WorkingDir \"/work\""],
            Files = ["/work/ 755", "/work/sub/ 755", "/work/sub/x 644: X", "/work/x 644: X"],
            Layers = 4,
        },

        new("ADD of an archive over what is there", """
            FROM busybox
            ADD first.tar /to/
            ADD second.tar /to/
            """)
        {
            Context =
            [
                File("first.tar", Tar(File("file", "1"), File("same", "1"), Folder("kept"), File("kept/f", "1"), File("becomes", "1"), Link("link", "file"))),
                File("second.tar", Tar(File("same", "2", "600"), Folder("kept", "711"), File("kept/g", "2"), Folder("becomes"), File("becomes/h", "2"), File("link", "2"))),
            ],
            Files =
            [
                "/to/ 755", "/to/becomes/ 755", "/to/becomes/h 644: 2", "/to/file 644: 1", "/to/kept/ 711", "/to/kept/f 644: 1", "/to/kept/g 644: 2", "/to/link 644: 2",
                "/to/same 600: 2",
            ],
            Layers = 3,
        },

        new("ADD of an archive in the image's root", """
            FROM busybox
            ADD a.tar /
            """)
        {
            Context = [File("a.tar", Tar(File("etc/added", "A"), File("usr/local/bin/tool", "t", "755")))],
            Files = ["/etc/added 644: A", "/usr/local/ 755", "/usr/local/bin/ 755", "/usr/local/bin/tool 755: t"],
            Layers = 2,
        },

        new("ADD of what only has an archive's name", """
            FROM busybox
            ADD no.tar /to/
            ADD text.gz /to/
            ADD empty.tar.gz /to/
            """)
        {
            Context = [File("no.tar", "no archive"), File("text.gz", Gzip([])), File("empty.tar.gz")],
            Files = ["/to/ 755", "/to/empty.tar.gz 644: ", "/to/no.tar 644: no archive", "/to/text.gz 644: "],
            Layers = 4,
        },

        new("ADD of several files unpacks the archives among them", """
            FROM busybox
            ADD a.tar file /to/
            """)
        { Context = [File("a.tar", Tar(File("x", "X"))), File("file", "F")], Files = ["/to/ 755", "/to/file 644: F", "/to/x 644: X"], Layers = 2 },

        new("ADD of a folder leaves the archives in it", """
            FROM busybox
            ADD d /to/
            """)
        { Context = [File("d/a.txt.tar", "not one"), File("d/x", "X")], Files = ["/to/ 755", "/to/a.txt.tar 644: not one", "/to/x 644: X"], Layers = 2 },

        new("ADD --chown leaves an archive's owners", """
            FROM busybox
            ADD --chown=3:4 a.tar /to/
            """)
        { Context = [File("a.tar", Tar(File("x", "X"), File("y", "Y") with { Owner = (7, 8) }))], Files = ["/to/ 755", "/to/x 644: X", "/to/y 644 7:8: Y"], Layers = 2 },

        new("COPY of an archive copies it", """
            FROM busybox
            COPY a.tar /to/
            """)
        { Context = [File("a.tar", Tar(File(new string('x', 90), new string('X', 9000))))], Files = ["/to/ 755", "/to/a.tar 644: 11776 bytes"], Layers = 2 },
    ];

    private static byte[] Gzip(byte[] content)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
            gzip.Write(content);
        return compressed.ToArray();
    }
}
