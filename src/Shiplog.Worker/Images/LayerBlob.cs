using System.IO.Compression;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images;

/// <summary>A layer that was made here, in the store.</summary>
/// <param name="Size">Bytes of the blob.</param>
internal sealed record LayerBlob(string DiffId, string Digest, long Size)
{
    /// <summary>Writes a layer's tar into the store: compression, digests and sizes in one pass.</summary>
    /// <param name="write">Writes the tar; false where there is nothing to keep.</param>
    /// <returns><see langword="null"/> where nothing was kept.</returns>
    public static LayerBlob? Write(ContentStore store, ContentLease lease, Func<Stream, bool> write)
    {
        var path = store.Blobs.IngestPath();
        try
        {
            string diffId, digest;
            long size;
            using (var blob = new HashingStream(new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, 128 * 1024)))
            {
                using (var tar = new HashingStream(new GZipStream(blob, CompressionLevel.Fastest, leaveOpen: true)))
                {
                    if (!write(tar))
                        return null;
                    diffId = tar.CurrentDigest;
                }
                (digest, size) = (blob.CurrentDigest, blob.Count);
            }
            lease.PinBlob(digest);
            store.Blobs.Adopt(path, digest);
            return new LayerBlob(diffId, digest, size);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
