using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;

namespace Shiplog.Worker.Tests.Layers;

public sealed class ReadingBackAnUpperDirectory : IDisposable
{
    private const string Changes = """
        echo new > created; chown 12:34 created; chmod 4755 created; touch -d '2001-02-03 04:05:06.123456789' created
        rm etc/old; echo more >> etc/kept
        rm -rf folder; mkdir folder; echo x > folder/inside; touch -d '1999-01-01' folder
        ln created second-name; ln -s /nowhere link; mknod -m 600 device c 7 9; mkfifo pipe
        mv etc/moved moved-here; ln etc/kept etc/kept-too
        python3 -c "import os; os.setxattr('created', 'user.note', b'\x00\xffbinary')" 
        mkdir -m 1777 tmp; touch "$(printf 'name-\344')"
        touch -d @1700000000 .
        """;

    private readonly Tree _tree = new();

    private string Below() => _tree.Unpack(new TestTar().Directory("./").Directory("etc/").File("etc/old", "o").File("etc/kept", "k").File("etc/moved", "m")
        .Directory("folder/").File("folder/gone", "g").ToArray());

    [Fact]
    public void What_a_container_changed_comes_back_whole()
    {
        var (below, upper) = (Below(), _tree.NewFolder());
        var inContainer = _tree.Change(upper, Changes, below);

        var layer = _tree.Unpack(Diff(upper), below);

        Tree.ShouldBeSame(_tree.OfUnion(layer, below), inContainer);
    }

    [Fact]
    public void The_same_changes_make_the_same_bytes()
    {
        var (below, upper) = (Below(), _tree.NewFolder());
        _tree.Change(upper, Changes, below);
        Diff(upper).AsSpan().SequenceEqual(Diff(upper)).ShouldBeTrue();
    }

    [Fact]
    public void Nothing_changed_is_the_empty_archive() => Digest.Of(Diff(_tree.NewFolder())).ShouldBe(Digest.EmptyTar);

    [Fact]
    public void A_name_that_would_mean_a_deletion_is_refused()
    {
        var (below, upper) = (Below(), _tree.NewFolder());
        _tree.Change(upper, "touch etc/.wh.kept", below);
        Should.Throw<TarException>(() => Diff(upper)).Message.ShouldContain("etc/.wh.kept cannot be part of an image");
    }

    public void Dispose() => _tree.Dispose();

    private static byte[] Diff(string upper)
    {
        using var root = Tree.Open(upper);
        using var tar = new MemoryStream();
        new LayerDiff(root, tar).Write(CancellationToken.None);
        return tar.ToArray();
    }
}
