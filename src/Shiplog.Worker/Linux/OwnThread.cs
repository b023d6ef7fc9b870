using System.Runtime.ExceptionServices;

namespace Shiplog.Worker.Linux;

/// <summary>
/// Runs what changes the calling thread (unshare, setns) on a thread that ends with it: such a change must never reach
/// the thread pool.
/// </summary>
internal static class OwnThread
{
    public static T Run<T>(string name, Func<T> work)
    {
        var result = default(T);
        ExceptionDispatchInfo? error = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    result = work();
                }
                catch (Exception e)
                {
                    error = ExceptionDispatchInfo.Capture(e);
                }
            },
            256 << 10)
        { Name = name, IsBackground = true };
        thread.Start();
        thread.Join();
        error?.Throw();
        return result!;
    }
}
